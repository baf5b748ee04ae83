import { Hono } from "hono";
import { z } from "zod";

import { type Period, PERIODS } from "../../../domain/analytics/reports/range.ts";
import config from "#shop-config";
import type { ApiEnv } from "../context.ts";
import { parseInput } from "../errors.ts";
import { freshnessAnswer } from "./freshness-answer.ts";
import { answerLook } from "./freshness-respond.ts";
import { FRESHNESS_TABLES, PIPELINE_TABLES, QUALITY_TABLES } from "./freshness-tables.ts";
import { pipelinesAnswer } from "./pipelines.ts";
import { qualityAnswer } from "./quality.ts";

const HOUR_MILLISECONDS = 3_600_000;
const HOURS_PER_DAY = 24;

const format = z.enum(["json", "csv"]).optional();
const namesOf = <Tables extends object>(tables: Tables) => Object.keys(tables) as (keyof Tables & string)[];

export const freshnessSchema = z.strictObject({ format });
export const qualitySchema = z.strictObject({
  period: z.enum(Object.keys(PERIODS) as Period[]).default("7d"),
  format,
  table: z.enum(namesOf(QUALITY_TABLES)).default("rows_set_aside_now"),
});
export const pipelinesSchema = z.strictObject({
  format,
  table: z.enum(namesOf(PIPELINE_TABLES)).default("sync_runs"),
});

function lengthOf(period: Period): number {
  const length = PERIODS[period];
  return ("hours" in length ? length.hours : length.days * HOURS_PER_DAY) * HOUR_MILLISECONDS;
}

/** How fresh and how healthy everything is: freshness, quality, pipelines. */
export const freshnessRoutes = new Hono<ApiEnv>();

/** What is late, what waits, and what is wrong. */
freshnessRoutes.get("/freshness", (context) => {
  const query = parseInput(freshnessSchema, context.req.query());
  const table = { name: "flows", of: FRESHNESS_TABLES.flows };
  return answerLook(context, { name: "freshness", question: [], format: query.format, table }, (now) =>
    freshnessAnswer(context.env, config, now),
  );
});

/** What could not be taken, and how the source changed. */
freshnessRoutes.get("/quality", (context) => {
  const query = parseInput(qualitySchema, context.req.query());
  const table = { name: query.table, of: QUALITY_TABLES[query.table] };
  const look = { name: "quality", question: [query.period], format: query.format, table } as const;
  return answerLook(context, look, (now) => qualityAnswer(context.env.DB, lengthOf(query.period), now));
});

/** What the pipelines did last. */
freshnessRoutes.get("/pipelines", (context) => {
  const query = parseInput(pipelinesSchema, context.req.query());
  const table = { name: query.table, of: PIPELINE_TABLES[query.table] };
  return answerLook(context, { name: "pipelines", question: [], format: query.format, table }, () =>
    pipelinesAnswer(context.env),
  );
});
