import { createHmac } from "node:crypto";

import { expect, it } from "vitest";

import { durationInWords } from "../../domain/notices/duration.ts";
import { messageAbout, testMessage } from "../../domain/notices/message.ts";
import type { Phase, ToldNotice } from "../../domain/notices/outbox.ts";
import { slackBody } from "../../domain/notices/slack-body.ts";
import { webhookBody } from "../../domain/notices/webhook-body.ts";
import { signatureHeaders } from "../../platform/notify/sign.ts";

const OPENED = Date.UTC(2026, 10, 21, 10, 30);
const outage: ToldNotice = {
  id: 12,
  kind: "source_outage",
  subject: "replica",
  message: "The replica cannot be read: access denied. Look at its log.",
  openedAt: OPENED,
  closedAt: null,
  announcementId: null,
};
const over: ToldNotice = { ...outage, closedAt: OPENED + 26 * 60_000 };
const moment: ToldNotice = { ...outage, kind: "schema_change", subject: "products.colour", closedAt: OPENED };

it.each<[string, ToldNotice, Phase, boolean, string, string]>([
  ["that began", outage, "opened", false, "notice.opened", "opened"],
  ["that ended, of which the beginning was told", over, "closed", true, "notice.closed", "closed"],
  ["that ended before its beginning could be told", over, "opened", false, "notice.happened", "happened"],
  ["that ended after its beginning was told in vain", over, "closed", false, "notice.happened", "happened"],
  ["that only happened", moment, "opened", false, "notice.happened", "happened"],
])("a message about a thing %s", (_, notice, phase, told, type, end) => {
  const message = messageAbout(notice, phase, told, "Shop");
  expect(message).toMatchObject({ type, id: `notice_12_${OPENED}_${end}`, at: notice.closedAt ?? OPENED });
  expect(message.id).not.toContain(".");
});

it("is JSON with the notice's fields as the API has them", () => {
  expect(JSON.parse(webhookBody(messageAbout(over, "closed", true, "Classic Models")))).toEqual({
    type: "notice.closed",
    timestamp: "2026-11-21T10:56:00.000Z",
    data: {
      id: 12,
      kind: "source_outage",
      subject: "replica",
      message: outage.message,
      opened_at: "2026-11-21T10:30:00.000Z",
      closed_at: "2026-11-21T10:56:00.000Z",
      shop: "Classic Models",
    },
  });
});

it.each<[string, ToldNotice, Phase, boolean, string]>([
  [
    "that began",
    outage,
    "opened",
    false,
    `[Shop] *Source outage* (replica) since 2026-11-21 10:30 UTC\n${outage.message}`,
  ],
  [
    "that ended",
    over,
    "closed",
    true,
    "[Shop] Over: *Source outage* (replica) after 26 minutes, at 2026-11-21 10:56 UTC",
  ],
  [
    "that began and ended",
    over,
    "opened",
    false,
    `[Shop] *Source outage* (replica) from 2026-11-21 10:30 UTC, over after 26 minutes\n${outage.message}`,
  ],
  [
    "that only happened",
    moment,
    "opened",
    false,
    `[Shop] *Schema change* (products.colour) at 2026-11-21 10:30 UTC\n${outage.message}`,
  ],
])("tells Slack of a thing %s", (_, notice, phase, told, text) => {
  expect(JSON.parse(slackBody(messageAbout(notice, phase, told, "Shop")))).toEqual({ text });
});

it("calls nobody and links nowhere, whatever stands in a notice", () => {
  const hostile = { ...outage, subject: "<!channel>", message: "<https://evil.example|click> & <@U1>" };
  const { text } = JSON.parse(slackBody(messageAbout(hostile, "opened", false, "A <&> B"))) as { text: string };
  expect(text).toContain("[A &lt;&amp;&gt; B]");
  expect(text).toContain("(&lt;!channel&gt;)");
  expect(text).toContain("&lt;https://evil.example|click&gt; &amp; &lt;@U1&gt;");
  expect(text).not.toMatch(/[<>]/);
});

it("says of a test that nothing is to be done", () => {
  const message = testMessage("1", "ops", "Shop", OPENED);
  expect(JSON.parse(slackBody(message))).toMatchObject({ text: expect.stringContaining("nothing is to be done") });
  expect(JSON.parse(webhookBody(message))).toMatchObject({
    type: "test",
    data: { id: null, kind: "test", subject: "ops" },
  });
});

it.each([
  [59_999, "less than a minute"],
  [60_000, "1 minute"],
  [59 * 60_000, "59 minutes"],
  [60 * 60_000, "1 hour"],
  [125 * 60_000, "2 hours 5 minutes"],
  [25 * 3_600_000, "1 day 1 hour"],
  [72 * 3_600_000, "3 days"],
])("%i milliseconds are %s", (milliseconds, words) => {
  expect(durationInWords(milliseconds)).toBe(words);
});

it("signs as the scheme's own example does", async () => {
  const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  const headers = await signatureHeaders(
    secret,
    "msg_p5jXN8AQM9LWM0D4loKWxJek",
    '{"test": 2432232314}',
    1_614_265_330_000,
  );
  expect(headers).toEqual({
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  });
});

it("takes a secret without the prefix as its characters", async () => {
  const secret = "a secret of plain characters";
  const { "webhook-signature": signature } = await signatureHeaders(secret, "id", "{}", 1_000);
  expect(signature).toBe(`v1,${createHmac("sha256", secret).update("id.1.{}").digest("base64")}`);
});
