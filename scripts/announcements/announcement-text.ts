import { formatTable } from "../terminal/table.ts";
import type { AnnouncementAnswer } from "./announcement-answer.ts";

function about({ tables }: AnnouncementAnswer): string {
  return tables === null ? "the whole source" : tables.join(", ");
}

/** A table of announcements. */
export function announcementTable(announcements: readonly AnnouncementAnswer[]): string[] {
  const titles = ["ID", "KIND", "FROM", "UNTIL", "ABOUT", "NOTE"].map((title) => ({ title }));
  return formatTable(
    titles,
    announcements.map((one) => [one.id, one.kind, one.starts_at, one.ends_at, about(one), one.note]),
  );
}

/** What was announced, in one sentence. */
export function announcedLine(announcement: AnnouncementAnswer): string {
  const { kind, starts_at: from, ends_at: until, id } = announcement;
  return `Announced: ${kind} of ${about(announcement)} from ${from} until ${until}. Cancel it with: endcap announce cancel ${id}`;
}
