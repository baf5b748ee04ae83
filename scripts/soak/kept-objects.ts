import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { z } from "zod";

/** An object of a runtime that has ended. */
export interface KeptObject {
  /** Its id, as hex. */
  readonly id: string;
  readonly database: DatabaseSync;
}

/** The object's own alarm, and the one that the runtime would wake it by: the same, unless one was lost. ISO times. */
export interface KeptAlarm {
  readonly set: string | null;
  readonly scheduled: string | null;
}

/** Miniflare keeps the objects of a class in a folder: a SQLite file each, and one with the alarms of all. */
const folderOf = (stateFolder: string, className: string): string => join(stateFolder, "do", `endcap-${className}`);
const OBJECT_FILE = /^([0-9a-f]{64})\.sqlite$/;
const ALARMS_FILE = "metadata.sqlite";
// Nanoseconds are too large for a number.
const SET_SQL = "SELECT value / 1000000 AS at FROM _cf_METADATA WHERE key = 1";
const SCHEDULED_SQL = "SELECT scheduled_time / 1000000 AS at FROM _cf_ALARM WHERE actor_id = ?";
const alarmSchema = z.object({ at: z.number().nullable() }).optional();

/** Whether the object has a table: each makes its tables when it needs them. */
export function hasTable({ database }: Pick<KeptObject, "database">, name: string): boolean {
  return database.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?").get(name) !== undefined;
}

/** Every object of a class that has kept anything. Each is open until the next is asked for. */
export async function* keptObjects(stateFolder: string, className: string): AsyncGenerator<KeptObject> {
  const folder = folderOf(stateFolder, className);
  if (!existsSync(folder)) return;
  for (const file of await readdir(folder)) {
    const id = OBJECT_FILE.exec(file)?.[1];
    if (id === undefined) continue;
    const database = new DatabaseSync(join(folder, file));
    try {
      yield { id, database };
    } finally {
      database.close();
    }
  }
}

function isoTime(at: number | null | undefined): string | null {
  return at === null || at === undefined ? null : new Date(at).toISOString();
}

/** When a kept object was to wake. */
export function keptAlarm(stateFolder: string, className: string, object: KeptObject): KeptAlarm {
  const set = hasTable(object, "_cf_METADATA") ? alarmSchema.parse(object.database.prepare(SET_SQL).get()) : undefined;
  const file = join(folderOf(stateFolder, className), ALARMS_FILE);
  if (!existsSync(file)) return { set: isoTime(set?.at), scheduled: null };
  const alarms = new DatabaseSync(file);
  try {
    const scheduled = alarmSchema.parse(alarms.prepare(SCHEDULED_SQL).get(object.id));
    return { set: isoTime(set?.at), scheduled: isoTime(scheduled?.at) };
  } finally {
    alarms.close();
  }
}
