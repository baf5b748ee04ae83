import { expect, it } from "vitest";

import { DEFAULT_KINDS } from "../../domain/notices/kinds.ts";
import { parseTargets } from "../../domain/notices/targets.ts";

const SECRET = "0123456789abcdefghijklmn";
const webhook = { name: "ops", url: "https://ops.example/hook", format: "webhook", secret: SECRET };
const slack = { name: "slack", url: "https://hooks.slack.example/services/T0/B0/x", format: "slack" };

it("has none where nothing is said", () => {
  for (const text of [undefined, "", " ", "[]"]) expect(parseTargets(text)).toEqual({ ok: true, value: [] });
});

it("tells a target of everything but what is only informative, unless it names its kinds", () => {
  const chosen = { ...slack, kinds: ["feature_proposed"] };
  const targets = parseTargets(JSON.stringify([webhook, chosen]));
  expect(targets).toMatchObject({ ok: true, value: [{ kinds: DEFAULT_KINDS }, { kinds: ["feature_proposed"] }] });
  expect(DEFAULT_KINDS).toContain("source_outage");
  expect(DEFAULT_KINDS).not.toContain("feature_proposed");
});

it.each([
  ["http://127.0.0.1:8080/hook", true],
  ["http://localhost/hook", true],
  ["http://[::1]:9/hook", true],
  ["https://ops.example/hook", true],
  ["http://ops.example/hook", false],
  ["http://127.0.0.1.evil.example/", false],
  ["http://localhost.evil.example/", false],
  ["https://user:password@ops.example/", false],
  ["ftp://127.0.0.1/", false],
  ["ops.example", false],
])("an address %s is taken: %s", (url, taken) => {
  expect(parseTargets(JSON.stringify([{ ...webhook, url }])).ok).toBe(taken);
});

it.each([
  ["24 characters", SECRET, true],
  ["23 characters", SECRET.slice(1), false],
  ["24 bytes in base64", `whsec_${Buffer.alloc(24).toString("base64")}`, true],
  ["23 bytes in base64", `whsec_${Buffer.alloc(23).toString("base64")}`, false],
  ["65 bytes in base64", `whsec_${Buffer.alloc(65).toString("base64")}`, false],
  ["no base64 behind the prefix", `whsec_${"!".repeat(40)}`, false],
])("a secret of %s is taken: %3$s", (_, secret, taken) => {
  expect(parseTargets(JSON.stringify([{ ...webhook, secret }])).ok).toBe(taken);
});

it.each([
  ["no JSON", `[{"secret":"${SECRET}"`, "not valid JSON"],
  ["no list", JSON.stringify(webhook), "the list"],
  ["an unknown field", JSON.stringify([{ ...slack, token: SECRET }]), "0"],
  ["a short secret", JSON.stringify([{ ...webhook, secret: "sesame-open-sesame" }]), "0.secret"],
  ["an unknown kind", JSON.stringify([{ ...webhook, kinds: ["earthquake"] }]), "0.kinds.0"],
  ["an unknown format", JSON.stringify([{ ...webhook, format: "pager" }]), "0.format"],
  ["one name twice", JSON.stringify([webhook, { ...slack, name: "ops" }]), "one name"],
  ["an address in the clear", JSON.stringify([{ ...webhook, url: "http://ops.example/T0/sesame" }]), "0.url"],
])("says what is wrong with %s, and repeats no secret", (_, text, said) => {
  const targets = parseTargets(text);
  const message = targets.ok ? "" : targets.error.message;
  expect(message).toContain(said);
  expect(message).not.toMatch(/sesame|0123456789/);
});
