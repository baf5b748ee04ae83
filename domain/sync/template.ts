import type { SourceRow } from "./replica.ts";

const PLACEHOLDER = /\{([^{}|]+)(\|slug)?\}/g;
const SCHEME = /^[a-z][a-z0-9+.-]*:/i;

/** Lower-case ASCII words with hyphens between them: `Trucks and Buses` → `trucks-and-buses`. */
export function slug(text: string): string {
  return text
    .normalize("NFKD")
    .replaceAll(/\p{Mark}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
}

/** Columns that a template names. */
export function templateColumns(template: string): string[] {
  return [...template.matchAll(PLACEHOLDER)].flatMap((match) => (match[1] === undefined ? [] : [match[1]]));
}

/**
 * Fills `{column}` and `{column|slug}`. A value inside an address is percent-encoded; a template that is one
 * placeholder alone gives the value as it stands, since it is an address already.
 * @returns null when a value is missing, or when the address is neither relative nor http(s)
 */
export function fillTemplate(template: string, row: SourceRow): string | null {
  const alone = /^\{[^{}|]+\}$/.test(template);
  let missing = false;
  const address = template.replaceAll(PLACEHOLDER, (_, column: string, asSlug: string | undefined) => {
    const value = row[column] ?? "";
    if (value === "") missing = true;
    if (asSlug !== undefined) return slug(value);
    return alone ? value : encodeURIComponent(value);
  });
  if (missing || (SCHEME.test(address) && !/^https?:/i.test(address))) return null;
  return address;
}
