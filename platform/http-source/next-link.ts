/** One link of a `Link` header: its address, then its parameters, whose quoted values may hold commas. */
const LINK_PATTERN = /<([^>]*)>((?:\s*;[^;,"]*(?:"[^"]*")?)*)/g;
const RELATION_PATTERN = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))/i;

/** The address of `rel="next"` in a `Link` header (RFC 8288), as it stands there; null for none. */
export function nextLink(header: string | null): string | null {
  for (const [, address = "", parameters = ""] of (header ?? "").matchAll(LINK_PATTERN)) {
    const [, quoted, bare] = RELATION_PATTERN.exec(parameters) ?? [];
    const relations = (quoted ?? bare ?? "").toLowerCase().split(/\s+/);
    if (relations.includes("next")) return address;
  }
  return null;
}
