/**
 * How long `Retry-After` asks to wait, in milliseconds: it says seconds, or a date.
 * @param now milliseconds since 1970 UTC
 * @returns null where it says nothing that can be read
 */
export function retryAfterMilliseconds(header: string | null, now: number): number | null {
  if (header === null) return null;
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1_000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}
