import { Hono } from "hono";
import { z } from "zod";

import { pushUsers } from "../../platform/d1/push-store.ts";
import { logger, messageOf } from "../../platform/logger.ts";
import { requireScope } from "./auth.ts";
import { readJson } from "./body.ts";
import type { ApiEnv } from "./context.ts";
import { parseInput } from "./errors.ts";
import { rowId } from "./pushes/field-input.ts";
import { describeOutcome, elementsSchema, judgeEach } from "./pushes/judge-each.ts";
import { PUSH_BODY_MAX_BYTES, PUSHES_BODY_MAX_BYTES } from "./pushes/limits.ts";
import { userElementSchema, userFields, userSchema } from "./pushes/user-input.ts";
import { erasedUserIds, userErased } from "./users/erased-pushes.ts";
import { erasureRoutes } from "./users/erasure.ts";

const manySchema = z.strictObject({ users: elementsSchema });

/** `/v1/users`: what the shop pushes about its customers beside the sync, and that they are to be erased. */
export const userRoutes = new Hono<ApiEnv>();
userRoutes.use(requireScope("users:write"));

/**
 * Features and country of one user; what is not named stays. An open session of theirs reads them before its next
 * answer. The answer repeats nothing that is stored: the scope is for writing.
 */
userRoutes.put("/:id", async (context) => {
  const { env } = context;
  const id = parseInput(rowId, context.req.param("id"));
  const input = parseInput(userSchema, await readJson(context, PUSH_BODY_MAX_BYTES));
  if ((await erasedUserIds(env, [id])).has(id)) throw userErased();
  const created = await pushUsers(env.DB, [{ id, fields: userFields(input) }], new Date());
  try {
    await env.SHOPPER_SESSION.getByName(`u:${id}`).forgetProfile();
  } catch (error) {
    // The push holds: the session reads it within ten minutes by itself.
    logger.warn("session_not_told", { message: messageOf(error) });
  }
  return context.json({ user_id: id }, created.has(id) ? 201 : 200);
});

/** Many users at once. Open sessions are not told one by one: they read it when their copy is ten minutes old. */
userRoutes.put("/", async (context) => {
  const { users: elements } = parseInput(manySchema, await readJson(context, PUSHES_BODY_MAX_BYTES));
  const { valid, refusals } = judgeEach(elements, userElementSchema, "user_id");
  const erased = await erasedUserIds(
    context.env,
    valid.map(({ value }) => value.user_id),
  );
  const { code, message } = userErased();
  const refused = valid
    .filter(({ value }) => erased.has(value.user_id))
    .map(({ index, value: { user_id: id } }) => ({ index, id, code, message }));
  const pushes = valid
    .filter(({ value }) => !erased.has(value.user_id))
    .map(({ value: { user_id: id, ...input } }) => ({ id, fields: userFields(input) }));
  if (pushes.length > 0) await pushUsers(context.env.DB, pushes, new Date());
  return context.json(describeOutcome(pushes.length, [...refusals, ...refused], "user_id"));
});

userRoutes.route("/", erasureRoutes);
