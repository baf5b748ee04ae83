import type { Operation, Resource } from "./operation.ts";
import { analytics } from "./resources/analytics.ts";
import { announcements } from "./resources/announcements.ts";
import { dashboard } from "./resources/dashboard.ts";
import { deadLetters } from "./resources/dead-letters.ts";
import { events } from "./resources/events.ts";
import { exportsResource } from "./resources/exports.ts";
import { features } from "./resources/features.ts";
import { health } from "./resources/health.ts";
import { items } from "./resources/items.ts";
import { lake } from "./resources/lake.ts";
import { ledger } from "./resources/ledger.ts";
import { models } from "./resources/models.ts";
import { notices } from "./resources/notices.ts";
import { quarantine } from "./resources/quarantine.ts";
import { recommendations } from "./resources/recommendations.ts";
import { served } from "./resources/served.ts";
import { sync } from "./resources/sync.ts";
import { tokens } from "./resources/tokens.ts";
import { users } from "./resources/users.ts";

/** Everything that the API has, the storefront's side first. */
export const RESOURCES: readonly Resource[] = [
  events,
  recommendations,
  tokens,
  health,
  items,
  users,
  analytics,
  served,
  dashboard,
  sync,
  announcements,
  notices,
  features,
  models,
  exportsResource,
  ledger,
  lake,
  quarantine,
  deadLetters,
];

export const OPERATIONS: readonly Operation[] = RESOURCES.flatMap(({ operations }) => operations);
