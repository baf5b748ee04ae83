import type { EntityState } from "../../../domain/sync/pass.ts";
import type { PageCommit } from "./commit-page.ts";

/** What a page of a pass comes to: what is written, and the state that is written with it. */
export interface PassPage {
  readonly commit: PageCommit;
  readonly state: EntityState;
  /** Rows that the page counts for against what a step may do: rows read, or a part of the rows that only the source read. */
  readonly effort: number;
  /** Why nothing of it may be written before somebody has agreed. */
  readonly refused?: string;
}
