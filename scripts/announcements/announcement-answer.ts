import { z } from "zod";

/** A row of `GET /v1/announcements`. */
export const announcementSchema = z.object({
  id: z.string(),
  kind: z.enum(["change", "outage"]),
  tables: z.array(z.string()).nullable(),
  starts_at: z.string(),
  ends_at: z.string(),
  note: z.string(),
  created_at: z.string(),
});
export type AnnouncementAnswer = z.infer<typeof announcementSchema>;
