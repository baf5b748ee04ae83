import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

const MIGRATIONS_FOLDER = join(import.meta.dirname, "../../migrations");

/** Applies every migration to an empty D1. */
export async function migrateD1(db: D1Database): Promise<void> {
  const files = (await readdir(MIGRATIONS_FOLDER)).filter((file) => file.endsWith(".sql")).toSorted();
  for (const file of files) {
    const statements = (await readFile(join(MIGRATIONS_FOLDER, file), "utf8")).split("--> statement-breakpoint");
    await db.batch(statements.map((statement) => db.prepare(statement)));
  }
}
