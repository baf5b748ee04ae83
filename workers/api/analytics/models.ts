import { Hono } from "hono";
import { z } from "zod";

import { MODEL_VERSION_PATTERN } from "../../../domain/models/manifest.ts";
import { readShadowedModels } from "../../../platform/d1/analytics/shadowed-models.ts";
import { listModels } from "../../../platform/d1/models.ts";
import type { RuntimeEnv } from "../../../platform/env.ts";
import { type ApiEnv, waitUntilOf } from "../context.ts";
import { parseInput } from "../errors.ts";
import { invalidCursor, listFields, listPage } from "../list.ts";
import { describe, presentControl } from "../models/describe.ts";
import { reportShadow } from "../models/shadow-figures.ts";
import { ANSWER_SECONDS, answerOnce } from "./answers.ts";
import { ageOf } from "./freshness-respond.ts";

export const schema = z.strictObject(listFields);

/** A page of models in the order of their names, each with how it compared as a shadow. */
async function compute(env: RuntimeEnv, { limit, cursor = "" }: z.infer<typeof schema>, now: number) {
  const [found, control] = await Promise.all([listModels(env.DB, cursor, limit + 1), presentControl(env)]);
  const shadowed = await readShadowedModels(
    env.DB,
    found.map(({ version }) => version),
  );
  const rows = await Promise.all(
    found.map(async (model) => {
      const { version, state, published_at, activated_at } = describe(model, control);
      // One that has just become a shadow has nothing to compare yet, and its share already.
      const hasReport = shadowed.has(version) || control?.model.shadow?.version === version;
      const shadow = hasReport ? await reportShadow(env, model, now) : null;
      return { version, state, published_at, activated_at, shadow };
    }),
  );
  return listPage(
    rows,
    limit,
    (row) => row,
    ({ version }) => version,
  );
}

/** `GET /v1/analytics/models`: which models there are, which one serves, and how shadows compare. */
export const modelReportRoutes = new Hono<ApiEnv>();

modelReportRoutes.get("/models", async (context) => {
  const query = parseInput(schema, context.req.query());
  if (query.cursor !== undefined && !MODEL_VERSION_PATTERN.test(query.cursor)) throw invalidCursor();
  const now = Date.now();
  const answer = await answerOnce(JSON.stringify(["models", query]), waitUntilOf(context), now, async () => {
    const page = await compute(context.env, query, now);
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ ...page, ...ageOf(now) });
    return { body, headers, nextCursor: page.next_cursor };
  });
  const caching = { "cache-control": `private, max-age=${ANSWER_SECONDS}` };
  return context.body(answer.body, 200, { ...answer.headers, ...caching });
});
