/** One link of a `Link` header: its address, then its parameters, whose quoted values may hold commas. */
const LINK_PATTERN = /<([^>]*)>((?:\s*;[^;,"]*(?:"[^"]*")?)*)/g;
const PARAMETER_PATTERN = /;\s*([^\s=;,"]+)\s*(?:=\s*(?:"([^"]*)"|([^\s;,"]+)))?/g;

function relationsOf(parameters: string): string[] {
  for (const [, name = "", quoted, bare] of parameters.matchAll(PARAMETER_PATTERN)) {
    if (name.toLowerCase() === "rel") return (quoted ?? bare ?? "").toLowerCase().split(/\s+/);
  }
  return [];
}

/** The address of `rel="next"` in a `Link` header (RFC 8288), as it stands there; null for none. */
export function nextLink(header: string | null): string | null {
  for (const [, address = "", parameters = ""] of (header ?? "").matchAll(LINK_PATTERN)) {
    if (relationsOf(parameters).includes("next")) return address;
  }
  return null;
}
