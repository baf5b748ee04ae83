import type { LakeTableName } from "../lake/lake-table.ts";

/** What stands in a column of an erased person's rows instead of what stood there. */
export type ErasedCell =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "nothing" }
  /** A text that no other row has, and that comes from nothing. */
  | { readonly kind: "one_off" };

/** How a table of the lake names people, and which columns of a row say something about them. */
export interface PersonalColumns {
  /** The column with the pseudonym of whoever did it. */
  readonly shopper: string;
  /** Columns with the times by which it is told whose a browser's row is. */
  readonly times: readonly string[];
  /** A column that names another pseudonym, which goes wherever it is the person's; null where there is none. */
  readonly alias: string | null;
  readonly erased: Readonly<Record<string, ErasedCell>>;
}

const NOTHING: ErasedCell = { kind: "nothing" };
const ONE_OFF: ErasedCell = { kind: "one_off" };
const KIND_ONE_OFF: ErasedCell = { kind: "text", text: "one_off" };

/**
 * What is left of an erased person's rows is what counts: which item, when, where from, how many, for how much, and what
 * a recommendation earned. An event's id goes too, since the shop's own analytics may know whose it was. An order's id
 * stays: it leads to somebody in the shop's own database only, which decides about that.
 */
export const PERSONAL_COLUMNS: Readonly<Record<LakeTableName, PersonalColumns>> = {
  events: {
    shopper: "shopper",
    times: ["received_at"],
    alias: "signed_in_client",
    erased: {
      event_id: ONE_OFF,
      shopper: ONE_OFF,
      shopper_kind: KIND_ONE_OFF,
      session: NOTHING,
      search_term: NOTHING,
      signed_in_client: NOTHING,
      params: NOTHING,
    },
  },
  orders: {
    shopper: "shopper",
    // An order that a browser placed before it signed in is the user's, also when it is returned later.
    times: ["order_time", "changed_at"],
    alias: null,
    erased: { shopper: ONE_OFF, shopper_kind: KIND_ONE_OFF },
  },
  recommendations: {
    shopper: "shopper",
    times: ["event_time"],
    alias: null,
    erased: { shopper: NOTHING, shopper_kind: NOTHING },
  },
};
