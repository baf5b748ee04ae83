import type { Findings } from "../findings.ts";

/** More ids than this share that the shop does not know: the model was made for another shop, or another year. */
export const UNKNOWN_IDS_MAX = 0.5;

/** Ids of a file, and how many of them the shop knows. */
export interface KnownIds {
  readonly file: string;
  /** What they are ids of: `items`, `users`. */
  readonly of: string;
  readonly ids: number;
  readonly known: number;
  /** What may have gone wrong, as a sentence. */
  readonly hint?: string;
}

/** Names a file of which the shop knows too few ids; a few that it does not know are worth a word only. */
export function checkKnownIds({ file, of, ids, known, hint }: KnownIds, findings: Findings): void {
  if (known === ids) return;
  if (ids - known > ids * UNKNOWN_IDS_MAX)
    findings.problem(
      `${file} was made for another shop: ${ids - known} of its ${ids} ${of} are unknown here.${hint === undefined ? "" : ` ${hint}`}`,
    );
  else findings.doubt(`${ids - known} of the ${ids} ${of} of ${file} are unknown here, and left out.`);
}
