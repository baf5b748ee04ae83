import type { Answers } from "./answers.ts";
import type { ChosenRatings } from "./choose-tables.ts";
import { type EntityGuess, type Finding, found, notFound, required } from "./finding.ts";
import { guessChange } from "./guess-change.ts";
import { asFinding, asRequired, guessColumn, referenceFinding } from "./guess-column.ts";
import { RATING, RATING_TIME } from "./rules/rating-rules.ts";
import { DELETED } from "./rules/row-rules.ts";
import { ownWords, type TableScore } from "./score-table.ts";

/** What a sync takes for a rating. */
const RATING_MIN = 1;
const RATING_MAX = 5;

function ratingFinding(chosen: ChosenRatings, own: ReadonlySet<string>, answers: Answers): Finding {
  const { table } = chosen;
  const guess = guessColumn({ table, rule: RATING, own, what: `a rating from ${RATING_MIN} to ${RATING_MAX}` });
  const range = guess.column === null ? null : answers.range(table.name, guess.column.name);
  if (guess.column === null || range === null) return asRequired("rating", guess);
  const seen = `${range.least} to ${range.greatest}`;
  if (range.greatest > RATING_MAX) {
    const why = `fill in a column with ratings from ${RATING_MIN} to ${RATING_MAX}; ${guess.column.name} holds ${seen}: a view could scale it`;
    return required(notFound("rating", why));
  }
  const low = range.least < RATING_MIN ? `: those below ${RATING_MIN} will be set aside` : "";
  return required(found("rating", guess.column.name, `${guess.why}; holds ${seen}${low}`, guess.or));
}

/** The ratings' part of the configuration. */
export function guessRatings(chosen: ChosenRatings, answers: Answers): EntityGuess {
  const { table } = chosen;
  const own = ownWords(table, "ratings");
  const time = guessColumn({ table, rule: RATING_TIME, own, what: "the time" });
  const deleted = guessColumn({ table, rule: DELETED, own, what: "the deletion" });
  const why = chosen.reasons.join("; ");
  return {
    entity: "ratings",
    findings: [
      required(found("table", table.name, why, chosen.or)),
      referenceFinding("user", table, chosen.user),
      referenceFinding("item", table, chosen.item),
      ratingFinding(chosen, own, answers),
      ...(time.column === null ? [] : [asFinding("time", time)]),
      ...(deleted.column === null ? [] : [asFinding("deleted", deleted)]),
      guessChange(table, own).finding,
    ],
    notes: [],
    tables: [{ name: table.name, is: "ratings", why }],
  };
}

/** Why there are no ratings in the configuration. */
export function noRatings(near: TableScore | null): string {
  if (near === null) return "no table looks like ratings";
  return `${near.table.name} looks like ratings, but has no columns that point to both a user and an item`;
}
