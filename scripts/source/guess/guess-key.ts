import { type Finding, found, notFound, required } from "./finding.ts";
import { keysOf, noKeyReason, type TableKey } from "./keys.ts";
import type { NamedTable } from "./named-tables.ts";

/** The option `key` of a table. @param whose whose key it is, in words */
export function keyFinding(table: NamedTable, key: TableKey | null, whose: string): Finding {
  if (key === null) {
    const why = `fill in the column that tells one ${whose} from another: ${noKeyReason(table)}`;
    return required(notFound("key", why));
  }
  const others = keysOf(table).filter((other) => other.column !== key.column);
  return required(
    found(
      "key",
      key.column,
      key.why,
      others.map((other) => other.column),
    ),
  );
}
