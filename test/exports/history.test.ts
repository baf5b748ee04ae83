import { expect, it } from "vitest";

import { earliestKnown, historyAsOf, stateAt } from "../../domain/exports/history.ts";

const VERSIONS = [
  { until: 20, value: "b" },
  { until: 10, value: null },
  { until: 30, value: "c" },
];

it.each([
  [5, [{ since: null, value: null }]],
  [9, [{ since: null, value: null }]],
  [
    10,
    [
      { since: null, value: null },
      { since: 10, value: "b" },
    ],
  ],
  [
    29,
    [
      { since: null, value: null },
      { since: 10, value: "b" },
      { since: 20, value: "c" },
    ],
  ],
  [
    30,
    [
      { since: null, value: null },
      { since: 10, value: "b" },
      { since: 20, value: "c" },
      { since: 30, value: "d" },
    ],
  ],
])("begins no state after %i", (asOf, expected) => {
  expect(historyAsOf(VERSIONS, "d", asOf)).toEqual(expected);
});

it("takes a record without versions for what it is", () => {
  expect(historyAsOf([], "a", 5)).toEqual([{ since: null, value: "a" }]);
});

it("begins no new state where a record was written as it was", () => {
  const versions = [
    { until: 10, value: { a: 1 } },
    { until: 20, value: { a: 2 } },
  ];
  expect(historyAsOf(versions, { a: 2 }, 30)).toEqual([
    { since: null, value: { a: 1 } },
    { since: 10, value: { a: 2 } },
  ]);
});

it.each([
  [9, null],
  [10, "b"],
  [19, "b"],
  [20, "c"],
  [99, "d"],
])("gives the state at %i", (at, value) => {
  expect(stateAt(historyAsOf(VERSIONS, "d", 100), at).value).toBe(value);
});

it("finds the first state in which a record was there", () => {
  expect(earliestKnown(historyAsOf(VERSIONS, "d", 100))).toEqual({ since: 10, value: "b" });
  expect(earliestKnown(historyAsOf(VERSIONS, "d", 5))).toBeNull();
});
