import { Hono } from "hono";

import { type ErasureParams, type ErasureRecord, erasureId, NOTHING_REMOVED } from "../../../domain/erasure/record.ts";
import { readErasedAt } from "../../../platform/d1/erasure-store.ts";
import { rememberErased } from "../../../platform/d1/erased-user-store.ts";
import type { RuntimeEnv } from "../../../platform/env.ts";
import { pseudonymizer } from "../../../platform/pseudonym.ts";
import { dataSecret } from "../../../platform/quarantine/seal.ts";
import { readErasureRecord } from "../../../platform/r2/erasure-record-store.ts";
import type { ApiEnv } from "../context.ts";
import { ApiError, parseInput } from "../errors.ts";
import { isoTime } from "../list.ts";
import { rowId } from "../pushes/field-input.ts";

/** A run of which nothing was heard for this long, beyond what it said it would wait for, is dead. */
const SILENT_MILLISECONDS = 6 * 60 * 60 * 1000;

/** A user's latest erasure, as far as anything tells of it. */
interface KnownErasure {
  readonly id: string;
  readonly erasedAt: number;
  /** Null while its workflow has not begun. */
  readonly record: ErasureRecord | null;
  /** Whether its workflow is at work. */
  readonly runs: boolean;
}

function isSilent(record: ErasureRecord | null, erasedAt: number, now: number): boolean {
  const heard = record === null ? erasedAt : Date.parse(record.waiting_until ?? record.updated_at);
  return now - heard > SILENT_MILLISECONDS;
}

async function isAtWork(env: RuntimeEnv, id: string): Promise<boolean> {
  const instance = await env.ERASURE_WORKFLOW.get(id).catch(() => null);
  if (instance === null) return false;
  const { status } = await instance.status();
  return status !== "complete" && status !== "errored" && status !== "terminated";
}

async function latestErasure(env: RuntimeEnv, userId: string, now: number): Promise<KnownErasure | null> {
  const pseudonym = pseudonymizer(dataSecret(env));
  const ofUser = pseudonym(`u:${userId}`);
  const erasedAt = await readErasedAt(env.DB, ofUser);
  if (erasedAt === null) return null;
  const id = erasureId(pseudonym, ofUser, erasedAt);
  const record = await readErasureRecord(env.RUNTIME, id);
  const isOver = record !== null && record.state !== "running";
  const runs = !isOver && !isSilent(record, erasedAt, now) && (await isAtWork(env, id));
  return { id, erasedAt, record, runs };
}

function stateOf({ record, runs }: KnownErasure): ErasureRecord["state"] {
  if (runs) return "running";
  return record?.state === "complete" ? "complete" : "failed";
}

function describe(userId: string, erasure: KnownErasure): object {
  const { id, erasedAt, record } = erasure;
  const state = stateOf(erasure);
  return {
    user_id: userId,
    erasure_id: id,
    state,
    phase: record?.phase ?? "sessions",
    erased_at: isoTime(erasedAt),
    finished_at: record?.finished_at ?? null,
    waiting_until: state === "running" ? (record?.waiting_until ?? null) : null,
    removed: record?.removed ?? NOTHING_REMOVED,
    error: state === "failed" ? (record?.error ?? "It stopped in between: erase the user again.") : null,
  };
}

/**
 * Remembers that a user is erased, and starts the work. From the first on nothing new of them is kept, and no export that
 * begins has them.
 */
async function begin(env: RuntimeEnv, userId: string, before: KnownErasure | null, now: number): Promise<string> {
  const pseudonym = pseudonymizer(dataSecret(env));
  const ofUser = pseudonym(`u:${userId}`);
  await rememberErased(env.DB, ofUser, now);
  // Of two requests at once the later time counts, for both.
  const erasedAt = (await readErasedAt(env.DB, ofUser)) ?? now;
  const id = erasureId(pseudonym, ofUser, erasedAt);
  const isUnfinished = before !== null && before.record?.state !== "complete";
  const params: ErasureParams = { user_id: userId, erasure_id: id, previous_id: isUnfinished ? before.id : null };
  try {
    await env.ERASURE_WORKFLOW.create({ id, params });
  } catch (error) {
    if (!(await isAtWork(env, id))) throw error;
  }
  return id;
}

/** `/v1/users/:id`, erased. The scope is the caller's business (workers/api/users.ts). */
export const erasureRoutes = new Hono<ApiEnv>();

/** Erases a user everywhere. While that is at work it is not begun again; also somebody who is not known is erased. */
erasureRoutes.delete("/:id", async (context) => {
  const { env } = context;
  const userId = parseInput(rowId, context.req.param("id"));
  const now = Date.now();
  const before = await latestErasure(env, userId, now);
  const id = before?.runs === true ? before.id : await begin(env, userId, before, now);
  return context.json({ erasure_id: id }, 202);
});

/** How a user's erasure is, and what was removed where. */
erasureRoutes.get("/:id/erasure", async (context) => {
  const userId = parseInput(rowId, context.req.param("id"));
  const erasure = await latestErasure(context.env, userId, Date.now());
  if (erasure === null) throw new ApiError("not_found", "Nobody has asked to erase this user.");
  return context.json(describe(userId, erasure));
});
