import { z } from "zod";

import { QUARANTINE_SOURCES } from "../../../../domain/quarantine/record.ts";
import { linesSchema, listSchema, replaySchema, summarySchema } from "../../quarantine.ts";
import { count, listOf, time } from "../answers.ts";
import type { Resource } from "../operation.ts";

const source = z.enum(QUARANTINE_SOURCES);
const outcome = z.record(z.string(), count).describe("What came of the records, and of how many.");

export const quarantineFile = z
  .strictObject({
    key: z.string(),
    source,
    written_at: time,
    records: count,
    reasons: z.record(z.string(), count),
    replayed_at: time.nullable(),
    replay: outcome.nullable().describe("What the last replay came to."),
  })
  .meta({ id: "QuarantineFile" });

const line = z
  .strictObject({
    reason: z.string(),
    detail: z.string(),
    time: z.string(),
    source,
    payload: z.unknown().describe("The original, masked and of bounded size."),
    replayable: z.boolean(),
  })
  .meta({ id: "QuarantineRecord" });

/** A day's records of one source and reason. */
export const quarantineDay = z.strictObject({
  day: z.iso.date(),
  source: z.string(),
  reason: z.string(),
  records: count,
});

const EXAMPLE_KEY = "quarantine/events/date=2026-11-21/hour=10/0c5e4f1d.jsonl";
const EXAMPLE = {
  key: EXAMPLE_KEY,
  source: "events",
  written_at: "2026-11-21T10:00:07.120Z",
  records: 8,
  reasons: { unknown_event: 8 },
  replayed_at: null,
  replay: null,
};
const EXAMPLE_OUTCOME = { replayed: 7, duplicates: 0, still_invalid: 1, too_old: 0 };
const MAY_LOOK = { kind: "anyOf", scopes: ["analytics:read", "config:write"] } as const;
const FIELDS = {
  key: "A file's key; slashes may be escaped or not.",
  source: "Only what came from there.",
  reason: "Only this reason.",
  since: "Only what was received since then.",
};

/** `/v1/quarantine`. */
export const quarantine: Resource = {
  name: "Quarantine",
  description: "What could not be taken, and why. Masked: nobody's id or address is in it.",
  operations: [
    {
      method: "get",
      path: "/v1/quarantine",
      id: "listQuarantineFiles",
      summary: "List files, newest first",
      access: MAY_LOOK,
      query: listSchema,
      fields: FIELDS,
      answers: [
        {
          status: 200,
          description: "Files.",
          schema: listOf(quarantineFile),
          example: { data: [EXAMPLE], next_cursor: null },
        },
      ],
      refusals: ["invalid_cursor"],
      example: { query: { source: "events" } },
    },
    {
      method: "get",
      path: "/v1/quarantine/summary",
      id: "summarizeQuarantine",
      summary: "Count by day, source and reason",
      description: "For 30 days where nothing else is said.",
      access: MAY_LOOK,
      query: summarySchema,
      fields: FIELDS,
      answers: [
        {
          status: 200,
          description: "Counts.",
          schema: z.strictObject({ data: z.array(quarantineDay) }),
          example: { data: [{ day: "2026-11-21", source: "events", reason: "unknown_event", records: 8 }] },
        },
      ],
      example: { query: { since: "2026-11-01T00:00:00Z" } },
    },
    {
      method: "get",
      path: "/v1/quarantine/{key}",
      id: "listQuarantineRecords",
      summary: "List the records of a file",
      access: MAY_LOOK,
      query: linesSchema,
      fields: FIELDS,
      answers: [
        {
          status: 200,
          description: "Records, in the order in which they were met.",
          schema: listOf(line),
          example: {
            data: [
              {
                reason: "unknown_event",
                detail: 'There is no event "veiw_item".',
                time: "2026-11-21T10:00:05.000Z",
                source: "events",
                payload: { name: "veiw_item", params: { items: [{ item_id: "S18_2238" }] } },
                replayable: true,
              },
            ],
            next_cursor: null,
          },
        },
      ],
      refusals: ["invalid_cursor", "not_found"],
      example: { path: { key: EXAMPLE_KEY } },
    },
    {
      method: "post",
      path: "/v1/quarantine/replay",
      id: "replayQuarantine",
      summary: "Judge what was set aside again",
      description: "One file, or up to 10 of those that a filter finds. Repeating it counts nothing twice.",
      access: { kind: "server", scopes: ["config:write"] },
      body: { schema: replaySchema },
      fields: FIELDS,
      answers: [
        {
          status: 200,
          description: "What came of each file.",
          schema: z
            .strictObject({
              files: z.array(z.strictObject({ key: z.string(), outcome, error: z.string().optional() })),
              outcome,
              next_cursor: z.string().nullable(),
            })
            .meta({ id: "QuarantineReplay" }),
          example: {
            files: [{ key: EXAMPLE_KEY, outcome: EXAMPLE_OUTCOME }],
            outcome: EXAMPLE_OUTCOME,
            next_cursor: null,
          },
        },
      ],
      refusals: ["invalid_cursor", "not_found", "conflict", "temporarily_unavailable"],
      example: { body: { source: "events" } },
    },
  ],
};
