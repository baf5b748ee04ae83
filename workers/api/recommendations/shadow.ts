import type { PlacementRequest } from "../../../domain/ranking/inputs.ts";
import type { Shelf } from "../../../domain/ranking/rank.ts";
import { isSampled } from "../../../domain/models/shadow-sample.ts";
import type { ShelfItem } from "../../../domain/models/shadow-comparison.ts";
import { addLatency, addOutcome, addShelves, type Outcome } from "../../../domain/models/shadow-tally.ts";
import { type AnswerContext, rankPage } from "./answer.ts";
import { within } from "./deadline.ts";
import { flushShadowFigures, tallyOf } from "./shadow-figures.ts";
import { forgetShadow, shadowCaches, shadowState } from "./shadow-state.ts";

/** A shadow's ranking of one request may take this long, loading included; then it counts as `late`. */
export const SHADOW_DEADLINE_MILLISECONDS = 3_000;
/** After a shadow was late or failed, the isolate lets it rest for this long. */
export const SHADOW_REST_MILLISECONDS = 5_000;

/** An answer as it was given, and what it was made from. */
export interface RankedPage {
  readonly context: AnswerContext;
  readonly requests: readonly PlacementRequest[];
  readonly shelves: readonly (readonly Shelf[])[];
  /** How long ranking took, waiting for the vector index included. */
  readonly milliseconds: number;
}

// One comparison at a time, and none before this: milliseconds since 1970 UTC.
let restsUntil = 0;

function personalShelf(shelves: readonly Shelf[] | undefined): readonly ShelfItem[] | null {
  return shelves?.find(({ strategy }) => strategy === "profile")?.items ?? null;
}

/** Whether shelves lack something. An old copy of control.json costs them nothing. */
function isDegraded(degraded: ReadonlySet<string>): boolean {
  return [...degraded].some((stage) => stage !== "stale_control");
}

interface ShadowPage {
  readonly shelves: readonly (readonly Shelf[])[];
  readonly degraded: ReadonlySet<string>;
  readonly milliseconds: number;
}

/** Ranks the same request for the same session once more, with the shadow's model and caches of its own. */
async function rankInShadow({ context, requests }: RankedPage, version: string): Promise<ShadowPage> {
  const state = await shadowState(context.env, context.state, version);
  const startedAt = Date.now();
  const degraded = new Set<string>();
  const { profile } = context;
  const shelves = await rankPage(
    {
      ...context,
      state,
      degraded,
      caches: shadowCaches,
      profile: profile === null ? null : { ...profile, source: { ...profile.source, remember: null } },
    },
    requests,
  );
  return { shelves, degraded, milliseconds: Date.now() - startedAt };
}

async function compare(page: RankedPage, active: string, shadow: string): Promise<void> {
  const { context, requests, shelves } = page;
  // A turn of the event loop at least: the answer leaves before any work is done for the comparison.
  await scheduler.wait(0);
  const now = Date.now();
  const count = (outcome: Outcome): void => addOutcome(tallyOf(active, shadow, Date.now()), outcome, requests.length);
  if (isDegraded(context.degraded)) count("degraded");
  else if (now < restsUntil) count("dropped");
  else {
    // Nobody else begins before this one ends, or its deadline has passed.
    restsUntil = now + SHADOW_DEADLINE_MILLISECONDS + SHADOW_REST_MILLISECONDS;
    const ranked = await within("shadow", SHADOW_DEADLINE_MILLISECONDS, rankInShadow(page, shadow), context.waitUntil);
    restsUntil = ranked.ok ? 0 : Date.now() + SHADOW_REST_MILLISECONDS;
    if (!ranked.ok) count(ranked.error.kind === "timeout" ? "late" : "failed");
    else if (isDegraded(ranked.value.degraded)) count("failed");
    else {
      const tally = tallyOf(active, shadow, Date.now());
      addLatency(tally, "active", page.milliseconds);
      addLatency(tally, "shadow", ranked.value.milliseconds);
      requests.forEach((_, place) =>
        addShelves(tally, personalShelf(shelves[place]), personalShelf(ranked.value.shelves[place])),
      );
    }
  }
  await flushShadowFigures(context.env, Date.now());
}

/**
 * Lets the shadow of control.json, if there is one, rank a sampled answer too, off its path, and counts how the two
 * compare. One at a time in an isolate; what comes meanwhile is counted as dropped.
 * @param recommendationId of the (first) answer: it decides whether this one is sampled
 * @returns what must be kept alive after the answer, null when there is nothing to do; never rejects
 */
export function compareWithShadow(page: RankedPage, recommendationId: string): Promise<void> | null {
  const { control, state } = page.context;
  const { shadow } = control.model;
  const active = state.model?.manifest.version;
  if (shadow === undefined) {
    forgetShadow();
    return null;
  }
  if (active === undefined || active === shadow.version || !isSampled(recommendationId, shadow.share)) return null;
  return compare(page, active, shadow.version);
}
