import { Hono } from "hono";
import { z } from "zod";

import { DEAD_LETTER_SOURCES, deadLetterSchema } from "../../domain/quarantine/dead-letter.ts";
import { REPLAY_LETTERS_MAX } from "../../domain/quarantine/limits.ts";
import { type KeptFile, listKeptFiles, readKeptFile } from "../../platform/d1/kept-file-store.ts";
import { requireAnyScope, requireScope } from "./auth.ts";
import { readJson } from "./body.ts";
import type { ApiEnv } from "./context.ts";
import { describeDeadLetter } from "./dead-letters/describe.ts";
import { type LetterReplay, replayLetter, tryReplayLetter } from "./dead-letters/replay-letter.ts";
import { ApiError, parseInput } from "./errors.ts";
import { encodePair, listFields, listPage } from "./list.ts";
import { cursorPair, keptFileCursor } from "./quarantine/kept-file-list.ts";

const PREFIX = "dead-letters/";
const BODY_MAX_BYTES = 4 * 1024;
const KEY_MAX_LENGTH = 512;

const queue = z.enum(DEAD_LETTER_SOURCES).optional();
export const listSchema = z.strictObject({
  ...listFields,
  queue,
  open: z.literal("true").optional(),
});
export const replaySchema = z
  .strictObject({
    key: z.string().min(1).max(KEY_MAX_LENGTH).optional(),
    all: z.literal(true).optional(),
    queue,
    cursor: z.string().optional(),
  })
  .refine(
    ({ key, all, ...filter }) =>
      key === undefined ? all === true : all === undefined && Object.keys(filter).length === 0,
    { error: "send either a key, or all: true and perhaps a queue" },
  );

async function fileOf(db: D1Database, key: string): Promise<KeptFile> {
  const file = await readKeptFile(db, "dead-letter", key);
  if (file !== null) return file;
  throw new ApiError("not_found", "There is no dead letter of this key. List them: GET /v1/dead-letters.");
}

/** `/v1/dead-letters`: messages that failed as often as they may. */
export const deadLetterRoutes = new Hono<ApiEnv>();
const mayLook = requireAnyScope(["analytics:read", "config:write"]);

/** Dead letters, newest first; `open=true` for those that were not sent again. */
deadLetterRoutes.get("/", mayLook, async (context) => {
  const { limit, cursor, queue: source, open } = parseInput(listSchema, context.req.query());
  const found = await listKeptFiles(context.env.DB, {
    kind: "dead-letter",
    source,
    open: open === "true",
    limit: limit + 1,
    after: keptFileCursor(cursor),
  });
  return context.json(listPage(found, limit, describeDeadLetter, (file) => encodePair(...cursorPair(file))));
});

/** Sends one letter to its queue again, or all that were not sent, some at a time. */
deadLetterRoutes.post("/replay", requireScope("config:write"), async (context) => {
  const { key, queue: source, cursor } = parseInput(replaySchema, await readJson(context, BODY_MAX_BYTES));
  const { env } = context;
  const now = new Date();
  if (key !== undefined) {
    const letters = [await replayLetter(env, await fileOf(env.DB, key), now)];
    return context.json({ letters, next_cursor: null });
  }
  const found = await listKeptFiles(env.DB, {
    kind: "dead-letter",
    source,
    open: true,
    limit: REPLAY_LETTERS_MAX + 1,
    after: keptFileCursor(cursor),
  });
  const page = found.slice(0, REPLAY_LETTERS_MAX);
  const letters: LetterReplay[] = [];
  for (const file of page) letters.push(await tryReplayLetter(env, file, now));
  const last = page.at(-1);
  return context.json({
    letters,
    next_cursor: found.length > page.length && last !== undefined ? encodePair(...cursorPair(last)) : null,
  });
});

/** A dead letter: its error and its body, masked. */
deadLetterRoutes.get("/:key{.+}", mayLook, async (context) => {
  const named = context.req.param("key");
  // An address that names the resource twice looks like a mistake: both are understood.
  const file = await fileOf(context.env.DB, named.startsWith(PREFIX) ? named : `${PREFIX}${named}`);
  const object = await context.env.LAKE.get(file.key);
  if (object === null) throw new ApiError("not_found", `The file ${file.key} is not in the bucket any more.`);
  const { sealed: _sealed, ...letter } = deadLetterSchema.parse(JSON.parse(await object.text()));
  return context.json({ ...describeDeadLetter(file), ...letter });
});
