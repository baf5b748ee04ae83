import { Hono } from "hono";
import { z } from "zod";

import config from "#shop-config";
import { listDeliveries } from "../../platform/d1/notice-delivery-store.ts";
import { listNotices } from "../../platform/d1/notice-store.ts";
import { requireScope } from "./auth.ts";
import { readJson } from "./body.ts";
import type { ApiEnv } from "./context.ts";
import { requireViewer } from "./dashboard/viewer.ts";
import { ApiError, parseInput } from "./errors.ts";
import { listFields, listPage, numberCursor } from "./list.ts";
import { deliveriesSchema, deliveryCursor, deliveryOfCursor, describeDelivery } from "./notices/deliveries.ts";
import { describeNotice } from "./notices/describe.ts";
import { describeTarget, targetsOf } from "./notices/targets.ts";
import { testTargets } from "./notices/test-targets.ts";

const BODY_MAX_BYTES = 4 * 1024;

export const listSchema = z.strictObject({
  ...listFields,
  open: z
    .enum(["true", "false"])
    .transform((text) => text === "true")
    .optional(),
});

export const testSchema = z.strictObject({ target: z.string().min(1).optional() });
const NO_QUERY = z.strictObject({});

/** `/v1/notices`: what people are told, and the messages to their own systems. */
export const noticeRoutes = new Hono<ApiEnv>();
const mayLook = requireViewer(["sync:run", "analytics:read"]);

/** Notices, newest first. */
noticeRoutes.get("/", mayLook, async (context) => {
  const { limit, cursor, open } = parseInput(listSchema, context.req.query());
  const found = await listNotices(context.env.DB, { open, limit: limit + 1, before: numberCursor(cursor) });
  return context.json(listPage(found, limit, describeNotice, (notice) => String(notice.id)));
});

/** Messages about notices, those of the newest notice first. */
noticeRoutes.get("/deliveries", mayLook, async (context) => {
  const { limit, cursor, target, state } = parseInput(deliveriesSchema, context.req.query());
  const after = deliveryOfCursor(cursor);
  const found = await listDeliveries(context.env.DB, { target, state, limit: limit + 1, after });
  return context.json(listPage(found, limit, describeDelivery, deliveryCursor));
});

/** Where messages go, without what is secret. */
noticeRoutes.get("/targets", mayLook, (context) => {
  parseInput(NO_QUERY, context.req.query());
  return context.json({ data: targetsOf(context.env).map(describeTarget) });
});

/** Sends a test message to every target, or to one, and says what came of it. */
noticeRoutes.post("/test", requireScope("config:write"), async (context) => {
  const { target } = parseInput(testSchema, await readJson(context, BODY_MAX_BYTES));
  const targets = targetsOf(context.env);
  const wanted = target === undefined ? targets : targets.filter(({ name }) => name === target);
  if (target !== undefined && wanted.length === 0) {
    const names = targets.map(({ name }) => name).join(", ") || "none";
    throw new ApiError("not_found", `There is no target of that name in NOTIFY_TARGETS. There are: ${names}.`);
  }
  return context.json({ results: await testTargets(wanted, config.shop.name, new Date()) });
});
