/** `<date>t<time>-<random>`: announcements sort by age. */
export const ANNOUNCEMENT_ID_PATTERN = /^\d{8}t\d{9}-[0-9a-f]{8}$/;

/** The id of an announcement made now. @param random a UUID, of which eight characters are used */
export function announcementId(now: Date, random: string): string {
  const time = now.toISOString().replaceAll(/[-:.]/g, "").slice(0, "20261121T070900123".length).toLowerCase();
  return `${time}-${random.slice(0, 8)}`;
}
