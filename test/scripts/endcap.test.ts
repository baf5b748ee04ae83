import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, it } from "vitest";

import { nearestName } from "../../scripts/terminal/nearest-name.ts";
import { runEndcap } from "./cli.ts";

it("lists every command with its summary", async () => {
  const { status, stdout } = await runEndcap(["--help"]);
  expect(status).toBe(0);
  expect(stdout).toMatch(/^ {2}sync +Read the replica now/m);
  expect(stdout).toMatch(/^ {2}dev +Run everything/m);
});

it("prints a command's own help without running it", async () => {
  const { status, stdout } = await runEndcap(["sync", "run", "--help"]);
  expect(status).toBe(0);
  expect(stdout).toContain("endcap sync run [--json]");
});

it("says what a mistyped command may have meant, with status 2", async () => {
  const { status, stderr, stdout } = await runEndcap(["snyc"]);
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toMatch(/^There is no command "snyc"\. Did you mean "sync"\? Commands: .*sync/);
  expect(stderr.trim().split("\n")).toHaveLength(1);
});

it("refuses an option that a command does not know, with status 2", async () => {
  const { status, stderr } = await runEndcap(["sync", "run", "--loud"]);
  expect(status).toBe(2);
  expect(stderr).toContain("--loud");
});

it("says in one line what to do when no runtime was started yet", async () => {
  const { status, stderr } = await runEndcap(["sync", "run"], {
    ENDCAP_STATE_DIR: mkdtempSync(join(tmpdir(), "endcap-test-")),
  });
  expect(status).toBe(1);
  expect(stderr).toMatch(/^endcap sync: There is no .*dev\.json yet\. Run `npm start` first/);
  expect(stderr.trim().split("\n")).toHaveLength(1);
});

it("says that nothing answers when the runtime is not running", async () => {
  // Port 1 is never listened on.
  const { status, stderr } = await runEndcap(["sync", "run"], {
    ENDCAP_URL: "http://127.0.0.1:1",
    ENDCAP_SECRET_KEY: "sk_x",
  });
  expect(status).toBe(1);
  expect(stderr).toContain("Nothing answers at http://127.0.0.1:1. Is it running? Start it with `npm start`.");
});

it.each([
  ["snyc", "sync"],
  ["eval", "evaluate"],
  ["exportz", "exports"],
  ["frobnicate", null],
])("takes %s for %s", (typed, meant) => {
  expect(nearestName(typed, ["dev", "evaluate", "exports", "sync", "train"])).toBe(meant);
});

it.each([
  ["no verb", [], "create, list or revoke"],
  ["no name", ["create"], "endcap keys create NAME"],
  ["a secret key that may do nothing", ["create", "x"], "--publishable, or what the secret key may do"],
  ["an unknown scope", ["create", "x", "--scope", "everything"], 'There is no scope "everything"'],
  ["a scope for a page", ["create", "x", "--publishable", "--scope", "admin"], "fixed set"],
  ["an origin for a server", ["create", "x", "--scope", "admin", "--origin", "https://a.example"], "publishable keys"],
  ["an origin with a path", ["create", "x", "--publishable", "--origin", "https://a.example/"], "is not an origin"],
])("a mistaken keys command is refused in one line: %s", async (_name, args, message) => {
  const { status, stderr } = await runEndcap(["keys", ...args]);
  expect(status).toBe(1);
  expect(stderr).toContain(message);
  expect(stderr.trim().split("\n")).toHaveLength(1);
});
