/** Language ranges of a header that are looked at: browsers send a handful. */
const ACCEPTED_RANGES_MAX = 12;

const RANGE = /^\s*([A-Za-z0-9-]+|\*)\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*)?$/;

/** A language, or one with its script or its country: as nearly every tag is. */
const PLAIN_TAG = /^[A-Za-z]{2,3}(?:-[A-Za-z]{4}|-[A-Za-z]{2})?$/;

/** True for a well-formed BCP 47 tag such as `de` or `de-AT`, known or not. */
export function isLanguageTag(text: string): boolean {
  // What Intl makes of a tag takes a hundred times as long as to see that it is plain.
  if (PLAIN_TAG.test(text)) return true;
  try {
    return Intl.getCanonicalLocales(text).length === 1;
  } catch {
    return false;
  }
}

/** The tag, then what it becomes without its last parts: de-CH-1996, de-CH, de (RFC 4647, lookup). In lower case. */
export function* lookupTags(tag: string): Generator<string> {
  let rest = tag.toLowerCase();
  while (rest !== "") {
    yield rest;
    // A single letter only announces what follows it, and stands for nothing alone.
    rest = rest.slice(0, Math.max(0, rest.lastIndexOf("-"))).replace(/-[a-z0-9]$/, "");
  }
}

/** The ranges of an `accept-language` header, the most wanted first, as they stand; what nobody could mean is left out. */
export function acceptedRanges(header: string): string[] {
  const ranges: { range: string; quality: number }[] = [];
  for (const part of header.split(",", ACCEPTED_RANGES_MAX)) {
    const [, range, quality] = RANGE.exec(part) ?? [];
    const wanted = quality === undefined ? 1 : Number(quality);
    if (range !== undefined && wanted > 0 && wanted <= 1) ranges.push({ range, quality: wanted });
  }
  return ranges.sort((a, b) => b.quality - a.quality).map(({ range }) => range);
}
