import { type ColumnRule, TIME_FILLERS } from "./column-rule.ts";

/** When a row was last changed. */
export const UPDATED: ColumnRule = {
  kinds: ["datetime"],
  phrases: {},
  among: { word: "updated", fillers: TIME_FILLERS, points: 10 },
};

/** Whether, or when, a row was deleted without being taken away. */
export const DELETED: ColumnRule = {
  kinds: ["boolean", "number", "datetime", "date", "text"],
  phrases: { "soft deleted": 9, "deleted flag": 9 },
  among: { word: "deleted", fillers: TIME_FILLERS, points: 10 },
};
