import { expect, it } from "vitest";

import { REFUSED_ATTEMPTS_MAX } from "../../domain/notices/limits.ts";
import { isRefusal, nextAttemptAt } from "../../domain/notices/retry.ts";
import { retryAfterMilliseconds } from "../../platform/notify/retry-after.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NO_ANSWER = { status: null, retryAfterMilliseconds: null };
const EVEN = 0.5;

it.each([
  [1, 1],
  [2, 2],
  [3, 4],
  [5, 16],
  [6, 30],
  [40, 30],
])("waits after attempt %i for %i minutes", (attempts, minutes) => {
  expect(nextAttemptAt(NO_ANSWER, attempts, 0, 0, EVEN)).toBe(minutes * MINUTE);
});

it("waits up to a fifth shorter or longer", () => {
  expect(nextAttemptAt(NO_ANSWER, 1, 0, 0, 0)).toBe(0.8 * MINUTE);
  expect(nextAttemptAt(NO_ANSWER, 1, 0, 0, 1)).toBe(1.2 * MINUTE);
});

it("tries for a day, and then gives up", () => {
  let now = 0;
  let attempts = 0;
  for (let next: number | null = 0; next !== null; next = nextAttemptAt(NO_ANSWER, attempts, 0, now, EVEN)) {
    now = next;
    attempts++;
  }
  expect(now).toBeGreaterThan(23 * HOUR);
  expect(now).toBeLessThanOrEqual(24 * HOUR);
  expect(attempts).toBe(52);
});

it.each([
  [400, true],
  [404, true],
  [301, true],
  [307, true],
  [408, false],
  [429, false],
  [500, false],
  [503, false],
  [null, false],
])("an answer %s is a refusal: %s", (status, refused) => {
  expect(isRefusal(status)).toBe(refused);
  const after = nextAttemptAt({ status, retryAfterMilliseconds: null }, REFUSED_ATTEMPTS_MAX, 0, 0, EVEN);
  expect(after === null).toBe(refused);
});

it("gives a receiver that is gone up at once", () => {
  expect(nextAttemptAt({ status: 410, retryAfterMilliseconds: null }, 1, 0, 0, EVEN)).toBeNull();
});

it("waits as long as the receiver asks, within reason, and never shorter than by itself", () => {
  const asks = (milliseconds: number): number | null =>
    nextAttemptAt({ status: 429, retryAfterMilliseconds: milliseconds }, 1, 0, 0, EVEN);
  expect(asks(1_000)).toBe(MINUTE);
  expect(asks(20 * MINUTE)).toBe(20 * MINUTE);
  expect(asks(20 * HOUR)).toBe(6 * HOUR);
});

it.each([
  ["120", 120_000],
  ["Thu, 01 Jan 1970 00:01:00 GMT", 60_000],
  ["Thu, 01 Jan 1970 00:00:00 GMT", 0],
  ["soon", null],
  [null, null],
])("reads Retry-After: %s", (header, milliseconds) => {
  expect(retryAfterMilliseconds(header, 0)).toBe(milliseconds);
});
