import { z } from "zod";

import { bodySchema, listSchema } from "../../announcements.ts";
import { listOf, time } from "../answers.ts";
import type { Resource } from "../operation.ts";

const announcement = z
  .strictObject({
    id: z.string(),
    kind: z.enum(["change", "outage"]),
    tables: z.array(z.string()).nullable().describe("Null for the whole source."),
    starts_at: time,
    ends_at: time,
    note: z.string(),
    created_at: time,
  })
  .meta({ id: "Announcement" });

const EXAMPLE = {
  id: "20261121t100000000-0123abcd",
  kind: "change",
  tables: ["products"],
  starts_at: "2026-11-28T20:00:00.000Z",
  ends_at: "2026-11-28T22:00:00.000Z",
  note: "products gets a column colour",
  created_at: "2026-11-21T10:00:00.000Z",
};

/** `/v1/announcements`. */
export const announcements: Resource = {
  name: "Announcements",
  description:
    "What the source's engineers announce: while it lasts, what it explains is noted as expected and alarms nobody.",
  operations: [
    {
      method: "post",
      path: "/v1/announcements",
      id: "announce",
      summary: "Announce a change or an outage of the source",
      access: { kind: "server", scopes: ["sync:run"] },
      body: { schema: bodySchema },
      fields: {
        kind: "`outage` may bring changes with it.",
        tables: "Tables that it is about; where it is left out, the whole source.",
        starts_at: "Where it is left out, now.",
        ends_at: "Lies ahead, at most 30 days after the start.",
        note: "For whoever reads of it.",
      },
      answers: [{ status: 201, description: "The announcement.", schema: announcement, example: EXAMPLE }],
      example: {
        body: {
          kind: "change",
          tables: ["products"],
          starts_at: "2026-11-28T20:00:00Z",
          ends_at: "2026-11-28T22:00:00Z",
          note: "products gets a column colour",
        },
      },
    },
    {
      method: "get",
      path: "/v1/announcements",
      id: "listAnnouncements",
      summary: "List announcements, newest first",
      access: { kind: "server", scopes: ["sync:run"] },
      query: listSchema,
      answers: [
        {
          status: 200,
          description: "Announcements.",
          schema: listOf(announcement),
          example: { data: [EXAMPLE], next_cursor: null },
        },
      ],
      refusals: ["invalid_cursor"],
      example: { query: { limit: "5" } },
    },
    {
      method: "delete",
      path: "/v1/announcements/{id}",
      id: "withdrawAnnouncement",
      summary: "Take an announcement back",
      access: { kind: "server", scopes: ["sync:run"] },
      fields: { id: "The announcement's id." },
      answers: [{ status: 204, description: "It is gone.", schema: null }],
      refusals: ["not_found"],
      example: { path: { id: EXAMPLE.id } },
    },
  ],
};
