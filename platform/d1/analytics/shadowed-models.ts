/** Those of some model versions that were ever compared as a shadow. */
export async function readShadowedModels(db: D1Database, versions: readonly string[]): Promise<ReadonlySet<string>> {
  const { results } = await db
    .prepare(
      `SELECT value AS version FROM json_each(?)
       WHERE EXISTS (SELECT 1 FROM shadow_hours WHERE shadow_version = value)`,
    )
    .bind(JSON.stringify(versions))
    .all<{ version: string }>();
  return new Set(results.map(({ version }) => version));
}
