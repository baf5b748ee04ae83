import type { PlacementExplanation } from "../../../domain/ranking/explanation.ts";
import type { PlacementRecorder } from "../../../domain/ranking/recorder.ts";
import type { AnswerContext } from "./answer.ts";

/** What an answer was made from, and how its shelves came about: `explain` of an answer. */
export interface Explanation extends Partial<PlacementExplanation> {
  /** Version of the snapshot of the shop's items. */
  readonly catalogue: string;
  readonly model: string | null;
  readonly country: string | null;
  readonly language: string;
  /** False where the shopper agreed to no personalisation. */
  readonly personal: boolean;
  /** How much was known of the shopper. */
  readonly known: {
    readonly interactions: number;
    readonly purchases: number;
    readonly ratings: number;
    readonly features: readonly string[];
  };
}

/** Explains one placement's answer. */
export function explanationOf(
  { session, state, country, texts, profile }: AnswerContext,
  recorder: PlacementRecorder | undefined,
): Explanation {
  return {
    catalogue: state.catalogue.version,
    model: state.model?.manifest.version ?? null,
    country,
    language: texts.language,
    personal: profile !== null,
    known: {
      interactions: session.recent.length,
      purchases: session.purchases.length,
      ratings: session.ratings.length,
      features: session.features === null ? [] : Object.keys(session.features),
    },
    ...recorder?.explanation(),
  };
}
