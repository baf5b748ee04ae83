import * as fc from "fast-check";
import { expect, it } from "vitest";

import {
  activated,
  type ModelPointers,
  retired,
  rolledBack,
  shadowed,
  stateUnder,
  withoutShadow,
} from "../../../domain/models/lifecycle.ts";

const VERSIONS = ["a", "b", "c"] as const;
const NOBODY: ModelPointers = { active: null, previous: null };

type Act = (pointers: ModelPointers) => ModelPointers;
const version = fc.constantFrom(...VERSIONS);
const unlessRefused = (move: (pointers: ModelPointers) => ReturnType<typeof rolledBack>): Act => {
  return (pointers) => {
    const moved = move(pointers);
    return moved.ok ? moved.value : pointers;
  };
};
const act: fc.Arbitrary<Act> = fc.oneof(
  version.map(
    (name): Act =>
      (pointers) =>
        activated(pointers, name),
  ),
  version.map((name) => unlessRefused((pointers) => retired(pointers, name))),
  version.map((name) => unlessRefused((pointers) => shadowed(pointers, name, 0.5))),
  fc.constant(unlessRefused(rolledBack)),
  fc.constant<Act>(withoutShadow),
);
const pointers = fc.array(act, { maxLength: 12 }).map((acts) => acts.reduce((at, next) => next(at), NOBODY));

it("whatever is done, the active version is neither the previous one nor a shadow", () => {
  fc.assert(
    fc.property(pointers, ({ active, previous, shadow }) => {
      if (active !== null) expect([previous, shadow?.version]).not.toContain(active);
    }),
  );
});

it("going back twice leads to where one was, but for a shadow that became active on the way", () => {
  fc.assert(
    fc.property(pointers, (before) => {
      const back = rolledBack(before);
      if (!back.ok) return;
      const forth = rolledBack(back.value);
      expect(forth.ok && withoutShadow(forth.value)).toEqual(withoutShadow(before));
    }),
  );
});

it("a retired version is in no pointer, and nobody else is moved", () => {
  fc.assert(
    fc.property(pointers, version, (before, name) => {
      const after = retired(before, name);
      if (!after.ok) {
        expect(before.active).toBe(name);
        return;
      }
      expect([after.value.active, after.value.previous, after.value.shadow?.version]).not.toContain(name);
      expect(after.value.active).toBe(before.active);
      if (before.previous !== name) expect(after.value.previous).toBe(before.previous);
      if (before.shadow?.version !== name) expect(after.value.shadow).toEqual(before.shadow);
    }),
  );
});

it("activating what is active changes nothing, so that the way back stays open", () => {
  fc.assert(
    fc.property(pointers, version, (before, name) => {
      const once = activated(before, name);
      expect(activated(once, name)).toBe(once);
    }),
  );
});

it.each([
  ["active" as const, "b", "indexed"],
  ["shadow" as const, "b", "indexed"],
  ["retired" as const, "b", "retired"],
  ["indexed" as const, "a", "active"],
  ["indexed" as const, "c", "shadow"],
])("what was noted as %s is, of version %s, %s", (noted, name, state) => {
  expect(stateUnder({ active: "a", previous: "b", shadow: { version: "c", share: 1 } }, name, noted)).toBe(state);
});
