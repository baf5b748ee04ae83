import { Hono } from "hono";
import { z } from "zod";

import { type Period, PERIODS } from "../../../domain/analytics/reports/range.ts";
import config from "#shop-config";
import type { ApiEnv } from "../context.ts";
import { parseInput } from "../errors.ts";
import { freshnessAnswer } from "./freshness-answer.ts";
import { answerJson } from "./freshness-json.ts";
import { pipelinesAnswer } from "./pipelines.ts";
import { qualityAnswer } from "./quality.ts";

const HOUR_MILLISECONDS = 3_600_000;
const HOURS_PER_DAY = 24;

const NO_QUERY = z.strictObject({});
export const periodSchema = z.strictObject({ period: z.enum(Object.keys(PERIODS) as Period[]).default("7d") });

function lengthOf(period: Period): number {
  const length = PERIODS[period];
  return ("hours" in length ? length.hours : length.days * HOURS_PER_DAY) * HOUR_MILLISECONDS;
}

/** How fresh and how healthy everything is: freshness, quality, pipelines. */
export const freshnessRoutes = new Hono<ApiEnv>();

/** What is late, what waits, and what is wrong. */
freshnessRoutes.get("/freshness", (context) => {
  parseInput(NO_QUERY, context.req.query());
  return answerJson(context, "freshness", (now) => freshnessAnswer(context.env, config, now));
});

/** What could not be taken, and how the source changed. */
freshnessRoutes.get("/quality", (context) => {
  const { period } = parseInput(periodSchema, context.req.query());
  return answerJson(context, `quality ${period}`, (now) => qualityAnswer(context.env.DB, lengthOf(period), now));
});

/** What the pipelines did last. */
freshnessRoutes.get("/pipelines", (context) => {
  parseInput(NO_QUERY, context.req.query());
  return answerJson(context, "pipelines", () => pipelinesAnswer(context.env));
});
