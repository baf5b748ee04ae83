import { RANGE_DAYS_MAX, ROWS_PER_PAGE_MAX } from "../../../domain/analytics/reports/limits.ts";
import {
  EVENT_PARAMS_MAX_BYTES,
  EVENTS_BODY_MAX_BYTES,
  EVENTS_PER_REQUEST_MAX,
  ITEMS_PER_EVENT_MAX,
} from "../../../domain/events/limits.ts";
import { SHELF_LIMIT_MAX } from "../../../domain/ranking/placements.ts";
import {
  PUSH_BODY_MAX_BYTES,
  PUSHED_FEATURES_MAX,
  PUSHES_BODY_MAX_BYTES,
  PUSHES_PER_REQUEST_MAX,
} from "../pushes/limits.ts";
import { BATCH_BODY_MAX_BYTES, USERS_PER_BATCH_MAX } from "../recommendations/batch-request.ts";
import {
  CART_ITEMS_MAX,
  EXCLUDED_ITEMS_MAX,
  FEATURES_MAX,
  PLACEMENTS_PER_PAGE_MAX,
  RECOMMENDATIONS_BODY_MAX_BYTES,
} from "../recommendations/request.ts";

const KILOBYTE = 1024;
const MEGABYTE = KILOBYTE * KILOBYTE;

function size(bytes: number): string {
  return bytes >= MEGABYTE ? `${bytes / MEGABYTE} MB` : `${bytes / KILOBYTE} KB`;
}

/** Bounds of requests, as the code has them. */
const LIMITS: readonly (readonly [call: string, what: string, most: string | number])[] = [
  ["`POST /v1/events`", "body", size(EVENTS_BODY_MAX_BYTES)],
  ["", "events a request", EVENTS_PER_REQUEST_MAX],
  ["", "items an event", ITEMS_PER_EVENT_MAX],
  ["", "`params` beside items, an event", size(EVENT_PARAMS_MAX_BYTES)],
  ["`/v1/recommendations`", "body", size(RECOMMENDATIONS_BODY_MAX_BYTES)],
  ["", "items a shelf", SHELF_LIMIT_MAX],
  ["", "placements a page", PLACEMENTS_PER_PAGE_MAX],
  ["", "items in `cart`", CART_ITEMS_MAX],
  ["", "items in `exclude`", EXCLUDED_ITEMS_MAX],
  ["", "`features` of a request", FEATURES_MAX],
  ["`POST /v1/recommendations/batch`", "users", USERS_PER_BATCH_MAX],
  ["", "body", size(BATCH_BODY_MAX_BYTES)],
  ["`/v1/items/:id`, `/v1/users/:id`", "body", size(PUSH_BODY_MAX_BYTES)],
  ["", "features of one", PUSHED_FEATURES_MAX],
  ["`/v1/items`, `/v1/users`", "elements", PUSHES_PER_REQUEST_MAX],
  ["", "body", size(PUSHES_BODY_MAX_BYTES)],
  ["`/v1/analytics/…`", "days in a range", RANGE_DAYS_MAX],
  ["", "rows a page", ROWS_PER_PAGE_MAX],
];

/** The same as a table. */
export function limitsTable(): string {
  const rows = LIMITS.map(([call, what, most]) => `| ${call} | ${what} | ${most.toLocaleString("en")} |`);
  return ["| call | what | at most |", "| --- | --- | --- |", ...rows].join("\n");
}
