import { DETAIL_VALUE_MAX_LENGTH } from "./limits.ts";

/** Why a row of the source is set aside. */
export type RowFaultKind =
  | "key_missing"
  | "key_too_long"
  | "key_repeated"
  | "price_not_a_number"
  | "price_negative"
  | "quantity_not_positive"
  | "time_not_readable"
  | "rating_out_of_range"
  | "user_missing"
  | "item_missing"
  | "lines_not_readable"
  | "too_many_lines"
  | "row_too_large"
  | "attributes_not_readable"
  | "unknown_user"
  | "unknown_item";

/** A row's breach of its contract: what kind, and a sentence for whoever mends it. */
export interface RowFault {
  readonly kind: RowFaultKind;
  readonly detail: string;
}

const REFERENCES: ReadonlySet<RowFaultKind> = new Set<RowFaultKind>(["unknown_user", "unknown_item"]);

/** True for a fault that another row may mend: the row waits one run before it is set aside. */
export function isReferenceFault(kind: RowFaultKind): boolean {
  return REFERENCES.has(kind);
}

/** A value as a fault's detail repeats it: quoted and short. */
export function quoted(value: string | null): string {
  if (value === null) return "NULL";
  const short = value.length > DETAIL_VALUE_MAX_LENGTH ? `${value.slice(0, DETAIL_VALUE_MAX_LENGTH)}…` : value;
  return JSON.stringify(short);
}
