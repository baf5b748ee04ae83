import { Hono } from "hono";
import { z } from "zod";

import { ENTITIES } from "../../../domain/sync/run.ts";
import { listQuarantine, type QuarantineEntry } from "../../../platform/d1/quarantine-store.ts";
import type { ApiEnv } from "../context.ts";
import { parseInput } from "../errors.ts";
import { encodePair, listFields, listPage, pairCursor } from "../list.ts";

export const listSchema = z.strictObject({
  ...listFields,
  entity: z.enum(ENTITIES).optional(),
  state: z.enum(["waiting", "set_aside"]).optional(),
});

function describe(entry: QuarantineEntry): object {
  return {
    entity: entry.entity,
    row_key: entry.rowKey,
    state: entry.state,
    reason: entry.reason,
    detail: entry.detail,
    first_run: entry.firstRun,
    last_run: entry.lastRun,
  };
}

/** `/v1/sync/quarantine`: rows of the source that cannot be used, and why. */
export const quarantineRoutes = new Hono<ApiEnv>();

/** Rows by entity and key. */
quarantineRoutes.get("/", async (context) => {
  const { limit, cursor, entity, state } = parseInput(listSchema, context.req.query());
  const pair = pairCursor(cursor);
  const after = pair === null ? null : { entity: pair[0], rowKey: pair[1] };
  const found = await listQuarantine(context.env.DB, { entity, state, limit: limit + 1, after });
  return context.json(listPage(found, limit, describe, (entry) => encodePair(entry.entity, entry.rowKey)));
});
