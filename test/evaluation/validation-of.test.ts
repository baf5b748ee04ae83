import { expect, it } from "vitest";

import { splitGiven } from "../../domain/evaluation/split-given.ts";
import { type EvaluationRow, splitInteractions } from "../../domain/evaluation/split.ts";
import { validationOf } from "../../scripts/evaluate/validation-of.ts";
import { createRandom } from "../../scripts/random.ts";

const USERS = 12;
const ITEMS_EACH = 8;

/** Users whose times lie apart: each begins where the one before has half of theirs. */
function rowsWith(at: (user: number, step: number) => number | null): EvaluationRow[] {
  return Array.from({ length: USERS * ITEMS_EACH }, (_, place): EvaluationRow => {
    const user = Math.floor(place / ITEMS_EACH);
    const step = place % ITEMS_EACH;
    return {
      userId: `u${user}`,
      itemId: `i${(user * 3 + step) % 20}`,
      at: at(user, step),
      rating: null,
      orderId: null,
      sessionId: null,
      quantity: null,
    };
  });
}
const timed = rowsWith((user, step) => (user * 4 + step) * 1_000);

it.each(["random", "leave-one-out", "temporal"] as const)(
  "sees that a given test part was split by %s, and chooses its validation part alike",
  (protocol) => {
    const split = splitInteractions(timed, protocol, createRandom(3));
    if (!split.ok) throw new Error(split.error.kind);
    const given = splitGiven(split.value.train, split.value.test, "given");
    expect(validationOf(given, "given")).toBe(protocol);
  },
);

it("calls random what has no times", () => {
  const split = splitInteractions(
    rowsWith(() => null),
    "random",
    createRandom(3),
  );
  if (!split.ok) throw new Error(split.error.kind);
  expect(validationOf(splitGiven(split.value.train, split.value.test, "given"), "given")).toBe("random");
});

it("takes a named protocol as it is, but where the training part cannot be split so", () => {
  const split = splitInteractions(timed, "temporal", createRandom(3));
  if (!split.ok) throw new Error(split.error.kind);
  expect(validationOf(split.value, "temporal")).toBe("temporal");
  const untimed = { ...split.value, train: split.value.train.map((row) => ({ ...row, at: null })) };
  expect(validationOf(untimed, "temporal")).toBe("random");
  expect(validationOf(split.value, "cold-items")).toBe("random");
});
