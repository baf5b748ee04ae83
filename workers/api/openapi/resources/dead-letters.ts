import { z } from "zod";

import { DEAD_LETTER_SOURCES } from "../../../../domain/quarantine/dead-letter.ts";
import { listSchema, replaySchema } from "../../dead-letters.ts";
import { count, listOf, time } from "../answers.ts";
import type { Resource } from "../operation.ts";

const letterFields = {
  key: z.string(),
  queue: z.enum(DEAD_LETTER_SOURCES),
  written_at: time,
  error: z.string().nullable().describe("The last error's class."),
  replayed_at: time.nullable(),
};
export const deadLetter = z.strictObject(letterFields).meta({ id: "DeadLetter" });

const EXAMPLE = {
  key: "dead-letters/events/date=2026-11-21/hour=10/0c5e4f1d.json",
  queue: "events",
  written_at: "2026-11-21T10:00:07.120Z",
  error: "TypeError",
  replayed_at: null,
};
const MAY_LOOK = { kind: "anyOf", scopes: ["analytics:read", "config:write"] } as const;
const FIELDS = {
  key: "A letter's key; slashes may be escaped or not.",
  queue: "Only letters of this queue.",
  open: "`true` leaves out those that were sent again.",
  all: "All that were not sent again, 50 at a time.",
};

/** `/v1/dead-letters`. */
export const deadLetters: Resource = {
  name: "Dead letters",
  description: "Messages of a queue that failed as often as they may. Masked, as the quarantine is.",
  operations: [
    {
      method: "get",
      path: "/v1/dead-letters",
      id: "listDeadLetters",
      summary: "List dead letters, newest first",
      access: MAY_LOOK,
      query: listSchema,
      fields: FIELDS,
      answers: [
        {
          status: 200,
          description: "Letters.",
          schema: listOf(deadLetter),
          example: { data: [EXAMPLE], next_cursor: null },
        },
      ],
      refusals: ["invalid_cursor"],
      example: { query: { open: "true" } },
    },
    {
      method: "get",
      path: "/v1/dead-letters/{key}",
      id: "getDeadLetter",
      summary: "Look at a dead letter",
      access: MAY_LOOK,
      fields: FIELDS,
      answers: [
        {
          status: 200,
          description: "The letter, and its body, masked.",
          schema: z
            .strictObject({
              ...letterFields,
              detail: z.string(),
              attempts: count,
              time: z.string().describe("When the message was sent."),
              payload: z.unknown(),
            })
            .meta({ id: "DeadLetterWithBody" }),
          example: {
            ...EXAMPLE,
            detail: "Cannot read properties of undefined.",
            attempts: 10,
            time: "2026-11-21T09:58:00.000Z",
            payload: { kind: "packed", events: 12 },
          },
        },
      ],
      refusals: ["not_found"],
      example: { path: { key: EXAMPLE.key } },
    },
    {
      method: "post",
      path: "/v1/dead-letters/replay",
      id: "replayDeadLetters",
      summary: "Send dead letters to their queue again",
      access: { kind: "server", scopes: ["config:write"] },
      body: { schema: replaySchema },
      fields: FIELDS,
      answers: [
        {
          status: 200,
          description: "What became of each.",
          schema: z
            .strictObject({
              letters: z.array(
                z.strictObject({
                  key: z.string(),
                  outcome: z.enum(["sent", "already_sent", "gone", "failed"]),
                  error: z.string().optional(),
                }),
              ),
              next_cursor: z.string().nullable(),
            })
            .meta({ id: "DeadLetterReplay" }),
          example: { letters: [{ key: EXAMPLE.key, outcome: "sent" }], next_cursor: null },
        },
      ],
      refusals: ["invalid_cursor", "not_found", "conflict"],
      example: { body: { all: true, queue: "events" } },
    },
  ],
};
