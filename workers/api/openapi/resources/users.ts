import { z } from "zod";

import { ERASURE_PHASES } from "../../../../domain/erasure/record.ts";
import { PUSHES_PER_REQUEST_MAX } from "../../pushes/limits.ts";
import { userElementSchema, userSchema } from "../../pushes/user-input.ts";
import { count, time } from "../answers.ts";
import type { Resource } from "../operation.ts";

const FIELDS = {
  id: "The user's id, as the shop's own database has it.",
  features: "Only those that `source.users.features` of the configuration names.",
  country: "ISO code or English name; null for none.",
  users: "Elements; one that is refused leaves the others alone.",
};

const kept = z.strictObject({
  records: count,
  files: count,
  unreadable: count.describe("Records whose originals cannot be opened any more."),
});
const removed = z
  .strictObject({
    sessions: count,
    ledger: z.strictObject({ totals: count, orders: count }),
    database: z.strictObject({
      users: count,
      pushes: count,
      orders: count,
      ratings: count,
      versions: count,
      embeddings: count,
      quarantine: count,
    }),
    lake: z.strictObject({ rows: count, hours: count, files: count }),
    quarantine: kept,
    dead_letters: kept,
  })
  .meta({ id: "Removed", description: "What was removed where." });

const erasure = z
  .strictObject({
    user_id: z.string(),
    erasure_id: z.string(),
    state: z.enum(["running", "complete", "failed"]),
    phase: z.enum(ERASURE_PHASES),
    erased_at: time,
    finished_at: time.nullable(),
    waiting_until: time.nullable().describe("While it waits for the newest hours of the lake to close."),
    removed,
    error: z.string().nullable().describe("Why it failed; erasing the user again begins anew."),
  })
  .meta({ id: "Erasure" });

/** `/v1/users`: pushes and erasure. */
export const users: Resource = {
  name: "Users",
  description:
    "What the shop pushes about its customers, and that they are to be erased. A push about a user who was erased is " +
    "refused with `409` `user_erased`.",
  operations: [
    {
      method: "put",
      path: "/v1/users/{id}",
      id: "putUser",
      summary: "Push features of one user",
      description: "What is not named stays. An open session reads it before its next answer.",
      access: { kind: "server", scopes: ["users:write"] },
      body: { schema: userSchema },
      fields: FIELDS,
      answers: [
        {
          status: 201,
          description: "A new user.",
          schema: z.strictObject({ user_id: z.string() }),
          example: { user_id: "490" },
        },
        {
          status: 200,
          description: "A known user.",
          schema: z.strictObject({ user_id: z.string() }),
          example: { user_id: "490" },
        },
      ],
      refusals: ["user_erased"],
      example: { path: { id: "490" }, body: { country: "FR", features: { city: "Nantes" } } },
    },
    {
      method: "put",
      path: "/v1/users",
      id: "putUsers",
      summary: "Push features of many users",
      description: "Up to 1,000 elements and 4 MB. Open sessions read it within ten minutes.",
      access: { kind: "server", scopes: ["users:write"] },
      body: { schema: z.strictObject({ users: z.array(userElementSchema).min(1).max(PUSHES_PER_REQUEST_MAX) }) },
      fields: FIELDS,
      answers: [
        {
          status: 200,
          description: "What came of each.",
          schema: z
            .strictObject({
              accepted: count,
              rejected: z.array(
                z.strictObject({ index: count, user_id: z.string().nullable(), code: z.string(), message: z.string() }),
              ),
            })
            .meta({ id: "PushedUsers" }),
          example: { accepted: 1, rejected: [] },
        },
      ],
      example: { body: { users: [{ user_id: "490", country: "FR", features: { city: "Nantes" } }] } },
    },
    {
      method: "delete",
      path: "/v1/users/{id}",
      id: "eraseUser",
      summary: "Erase a user everywhere",
      description:
        "From the answer on nothing new of the user is kept and no export that begins has them; the rest is at work. Asked " +
        "again meanwhile, it answers the same id. A user whom nobody knows is erased, too.",
      access: { kind: "server", scopes: ["users:write"] },
      fields: FIELDS,
      answers: [
        {
          status: 202,
          description: "The work has begun.",
          schema: z.strictObject({ erasure_id: z.string() }),
          example: { erasure_id: "0c5e4f1d9a7b" },
        },
      ],
      example: { path: { id: "490" } },
    },
    {
      method: "get",
      path: "/v1/users/{id}/erasure",
      id: "getErasure",
      summary: "Tell how a user's erasure is",
      access: { kind: "server", scopes: ["users:write"] },
      fields: FIELDS,
      answers: [
        {
          status: 200,
          description: "How far it is, and what was removed where.",
          schema: erasure,
          example: {
            user_id: "490",
            erasure_id: "0c5e4f1d9a7b",
            state: "running",
            phase: "waiting",
            erased_at: "2026-11-21T14:03:11.020Z",
            finished_at: null,
            waiting_until: "2026-11-21T18:05:00.000Z",
            removed: {
              sessions: 2,
              ledger: { totals: 31, orders: 4 },
              database: { users: 1, pushes: 0, orders: 3, ratings: 2, versions: 5, embeddings: 1, quarantine: 0 },
              lake: { rows: 412, hours: 18, files: 5 },
              quarantine: { records: 1, files: 1, unreadable: 0 },
              dead_letters: { records: 0, files: 0, unreadable: 0 },
            },
            error: null,
          },
        },
      ],
      refusals: ["not_found"],
      example: { path: { id: "490" } },
    },
  ],
};
