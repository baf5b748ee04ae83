import { Hono } from "hono";
import { z } from "zod";

import { REPLAY_FILES_MAX } from "../../domain/quarantine/limits.ts";
import { QUARANTINE_SOURCES, type QuarantineLine } from "../../domain/quarantine/record.ts";
import { type KeptFile, listKeptFiles, readKeptFile, summarizeKept } from "../../platform/d1/kept-file-store.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import { readQuarantineFile } from "../../platform/quarantine/read-file.ts";
import { requireAnyScope, requireScope } from "./auth.ts";
import { readJson } from "./body.ts";
import type { ApiEnv } from "./context.ts";
import { ApiError, parseInput } from "./errors.ts";
import { encodePair, isoTime, listFields, listPage, numberCursor } from "./list.ts";
import { describeQuarantineFile } from "./quarantine/describe.ts";
import { addOutcomes, cursorPair, keptFileCursor, sinceSchema } from "./quarantine/kept-file-list.ts";
import { type FileReplay, replayFile } from "./quarantine/replay-file.ts";

const PREFIX = "quarantine/";
const BODY_MAX_BYTES = 4 * 1024;
const TEXT_MAX_LENGTH = 512;
const DAY_MILLISECONDS = 24 * 60 * 60 * 1_000;
/** The summary goes back this far where nothing else is asked for. */
const SUMMARY_DAYS = 30;
/** Length of the date in an ISO 8601 time. */
const DATE_LENGTH = 10;

const filterFields = {
  source: z.enum(QUARANTINE_SOURCES).optional(),
  reason: z.string().min(1).max(TEXT_MAX_LENGTH).optional(),
  since: sinceSchema.optional(),
} as const;
export const listSchema = z.strictObject({ ...listFields, ...filterFields });
export const summarySchema = z.strictObject({ since: filterFields.since });
export const linesSchema = z.strictObject(listFields);
export const replaySchema = z
  .strictObject({
    key: z.string().min(1).max(TEXT_MAX_LENGTH).optional(),
    ...filterFields,
    cursor: z.string().optional(),
  })
  .refine(({ key, ...filter }) => key === undefined || Object.keys(filter).length === 0, {
    error: "send either a key, or source, reason and since",
  });

async function fileOf(db: D1Database, key: string): Promise<KeptFile> {
  const file = await readKeptFile(db, "quarantine", key);
  if (file !== null) return file;
  throw new ApiError("not_found", "There is no quarantine file of this key. List them: GET /v1/quarantine.");
}

/** A file that cannot be replayed does not keep the others from it. */
async function tryReplay(env: RuntimeEnv, file: KeptFile, now: Date): Promise<FileReplay> {
  try {
    return await replayFile(env, file, now);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { key: file.key, outcome: { failed: 1 }, error: error.message };
  }
}

/** `/v1/quarantine`: what could not be taken, and why. Masked: nobody's id or address is in it. */
export const quarantineRoutes = new Hono<ApiEnv>();
const mayLook = requireAnyScope(["analytics:read", "config:write"]);

/** Files, newest first. */
quarantineRoutes.get("/", mayLook, async (context) => {
  const { limit, cursor, ...filter } = parseInput(listSchema, context.req.query());
  const wanted = { kind: "quarantine" as const, ...filter, limit: limit + 1, after: keptFileCursor(cursor) };
  const found = await listKeptFiles(context.env.DB, wanted);
  return context.json(listPage(found, limit, describeQuarantineFile, (file) => encodePair(...cursorPair(file))));
});

/** How much was set aside by day, source and reason. */
quarantineRoutes.get("/summary", mayLook, async (context) => {
  const { since = Date.now() - SUMMARY_DAYS * DAY_MILLISECONDS } = parseInput(summarySchema, context.req.query());
  const day = isoTime(since).slice(0, DATE_LENGTH);
  return context.json({ data: await summarizeKept(context.env.DB, "quarantine", day) });
});

/** Replays one file, or some of those that a filter finds; a file of which nothing is left to replay is passed over. */
quarantineRoutes.post("/replay", requireScope("config:write"), async (context) => {
  const { key, cursor, ...filter } = parseInput(replaySchema, await readJson(context, BODY_MAX_BYTES));
  const { env } = context;
  const now = new Date();
  if (key !== undefined) {
    const replay = await replayFile(env, await fileOf(env.DB, key), now);
    return context.json({ files: [replay], outcome: replay.outcome, next_cursor: null });
  }
  const after = keptFileCursor(cursor);
  const wanted = { kind: "quarantine" as const, ...filter, open: true, limit: REPLAY_FILES_MAX + 1, after };
  const found = await listKeptFiles(env.DB, wanted);
  const page = found.slice(0, REPLAY_FILES_MAX);
  const files: FileReplay[] = [];
  for (const file of page) files.push(await tryReplay(env, file, now));
  const last = page.at(-1);
  return context.json({
    files,
    outcome: addOutcomes(files.map(({ outcome }) => outcome)),
    next_cursor: found.length > page.length && last !== undefined ? encodePair(...cursorPair(last)) : null,
  });
});

/** Records of a file in the order in which they were met; `cursor` counts them. */
quarantineRoutes.get("/:key{.+}", mayLook, async (context) => {
  const { limit, cursor } = parseInput(linesSchema, context.req.query());
  const named = context.req.param("key");
  // An address that names the resource twice looks like a mistake: both are understood.
  const { key } = await fileOf(context.env.DB, named.startsWith(PREFIX) ? named : `${PREFIX}${named}`);
  const lines = await readQuarantineFile(context.env.LAKE, key);
  if (lines === null) throw new ApiError("not_found", `The file ${key} is not in the bucket any more.`);
  const start = numberCursor(cursor) ?? 0;
  const found = lines.slice(start, start + limit + 1);
  const withoutSeal = ({ sealed, ...line }: QuarantineLine): object => ({ ...line, replayable: sealed !== null });
  return context.json(listPage(found, limit, withoutSeal, () => String(start + limit)));
});
