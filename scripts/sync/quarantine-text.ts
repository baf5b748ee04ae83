import { formatTable } from "../terminal/table.ts";
import type { QuarantinedRow } from "./sync-answer.ts";

/** A table of rows that cannot be used. */
export function quarantineTable(rows: readonly QuarantinedRow[]): string[] {
  return formatTable(
    [
      { title: "ENTITY" },
      { title: "KEY" },
      { title: "STATE" },
      { title: "SINCE RUN", right: true },
      { title: "REASON" },
      { title: "DETAIL" },
    ],
    rows.map((row) => [row.entity, row.row_key, row.state, String(row.first_run), row.reason, row.detail]),
  );
}
