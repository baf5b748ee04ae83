import { z } from "zod";

import { NOTICE_KINDS } from "../../../../domain/sync/notices.ts";
import { DELIVERY_STATES } from "../../../../platform/d1/notice-delivery-store.ts";
import { deliveriesSchema } from "../../notices/deliveries.ts";
import { listSchema, testSchema } from "../../notices.ts";
import { count, listOf, time } from "../answers.ts";
import type { Resource } from "../operation.ts";

export const notice = z
  .strictObject({
    id: z.int(),
    kind: z.string().describe(`One of ${NOTICE_KINDS.join(", ")}; new ones may come.`),
    subject: z.string(),
    message: z.string().describe("What happened and what to do."),
    opened_at: time,
    closed_at: time.nullable(),
    expected: z.boolean().describe("True when somebody had announced it."),
    announcement_id: z.string().nullable(),
  })
  .meta({ id: "Notice" });

const delivery = z
  .strictObject({
    notice_id: z.int(),
    kind: z.string(),
    subject: z.string(),
    phase: z.enum(["opened", "closed"]),
    target: z.string(),
    state: z.enum(DELIVERY_STATES),
    attempts: count,
    next_at: time.nullable(),
    delivered_at: time.nullable(),
    error: z.string().nullable(),
  })
  .meta({ id: "Delivery" });

const target = z
  .strictObject({
    name: z.string(),
    format: z.enum(["webhook", "slack"]),
    origin: z.string(),
    kinds: z.array(z.string()),
  })
  .meta({ id: "NoticeTarget", description: "Where messages go, without what is secret." });

const EXAMPLE = {
  id: 31,
  kind: "entity_paused",
  subject: "ratings",
  message: "ratings are not read: the column rating is missing. Add it, or change source.ratings.",
  opened_at: "2026-11-21T10:00:07.120Z",
  closed_at: null,
  expected: false,
  announcement_id: null,
};
const MAY_LOOK = { kind: "viewer", scopes: ["sync:run", "analytics:read"] } as const;

/** `/v1/notices`. */
export const notices: Resource = {
  name: "Notices",
  description: "What people are told about the flows into Endcap, and the messages to their own systems.",
  operations: [
    {
      method: "get",
      path: "/v1/notices",
      id: "listNotices",
      summary: "List notices, newest first",
      access: MAY_LOOK,
      query: listSchema,
      fields: { open: "`true` for what holds now, `false` for what is over." },
      answers: [
        {
          status: 200,
          description: "Notices.",
          schema: listOf(notice),
          example: { data: [EXAMPLE], next_cursor: null },
        },
      ],
      refusals: ["invalid_cursor"],
      example: { query: { open: "true" } },
    },
    {
      method: "get",
      path: "/v1/notices/deliveries",
      id: "listDeliveries",
      summary: "List messages about notices",
      description: "Those of the newest notice first.",
      access: MAY_LOOK,
      query: deliveriesSchema,
      fields: { target: "Only messages to this target.", state: "Only messages that stand so." },
      answers: [
        {
          status: 200,
          description: "Messages.",
          schema: listOf(delivery),
          example: {
            data: [
              {
                notice_id: 31,
                kind: "entity_paused",
                subject: "ratings",
                phase: "opened",
                target: "on-call",
                state: "waiting",
                attempts: 2,
                next_at: "2026-11-21T10:06:00.000Z",
                delivered_at: null,
                error: "The target answered 500.",
              },
            ],
            next_cursor: null,
          },
        },
      ],
      refusals: ["invalid_cursor"],
      example: { query: { state: "waiting" } },
    },
    {
      method: "get",
      path: "/v1/notices/targets",
      id: "listTargets",
      summary: "List where messages go",
      access: MAY_LOOK,
      answers: [
        {
          status: 200,
          description: "Targets.",
          schema: z.strictObject({ data: z.array(target) }),
          example: {
            data: [{ name: "on-call", format: "webhook", origin: "https://on-call.example", kinds: ["source_outage"] }],
          },
        },
      ],
      refusals: ["unknown_field"],
      example: {},
    },
    {
      method: "post",
      path: "/v1/notices/test",
      id: "testTargets",
      summary: "Send a test message",
      access: { kind: "server", scopes: ["config:write"] },
      body: { schema: testSchema },
      fields: { target: "To this target; where it is left out, to all." },
      answers: [
        {
          status: 200,
          description: "What came of it.",
          schema: z.strictObject({
            results: z.array(
              z.strictObject({
                target: z.string(),
                delivered: z.boolean(),
                status: z.int().nullable(),
                milliseconds: z.number(),
                error: z.string().nullable(),
              }),
            ),
          }),
          example: {
            results: [{ target: "on-call", delivered: true, status: 200, milliseconds: 84, error: null }],
          },
        },
      ],
      refusals: ["not_found"],
      example: { body: {} },
    },
  ],
};
