import { desc, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";

import { models } from "../schema.ts";

/** The models that were published last, newest first, without their manifests. */
export function newestModels(db: D1Database, limit: number) {
  const { version, state, problems, publishedAt, activatedAt, retiredAt } = models;
  const description = sql<string | null>`${models.manifest} ->> 'description'`;
  return drizzle(db)
    .select({ version, state, problems, publishedAt, activatedAt, retiredAt, description })
    .from(models)
    .orderBy(desc(publishedAt), desc(version))
    .limit(limit);
}
