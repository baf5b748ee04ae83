import { z } from "zod";

import { ITEM_ID_MAX_LENGTH } from "../../../domain/events/limits.ts";
import { type ItemFilter, NO_FILTER, parseFilter } from "../../../domain/ranking/filter.ts";
import {
  isPlacement,
  type Placement,
  PLACEMENTS,
  SHELF_LIMIT_DEFAULT,
  SHELF_LIMIT_MAX,
} from "../../../domain/ranking/placements.ts";
import type { Consent } from "../../../domain/sessions/session.ts";
import { isLanguageTag } from "../../../domain/ranking/texts/language-tag.ts";
import { ApiError, parseInput } from "../errors.ts";

/** Bounds of a recommendation request. */
export const RECOMMENDATIONS_BODY_MAX_BYTES = 64 * 1024;
export const PLACEMENTS_PER_PAGE_MAX = 5;
export const CART_ITEMS_MAX = 100;
export const EXCLUDED_ITEMS_MAX = 200;
export const FEATURES_MAX = 100;

const itemId = z.string().min(1).max(ITEM_ID_MAX_LENGTH);
const commaSeparated = z.string().transform((text) =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== ""),
);
const idList = (most: number) => z.union([commaSeparated, z.array(z.string())]).pipe(z.array(itemId).max(most));
const limit = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^-?\d+$/, "must be a whole number")
      .transform(Number),
  ])
  .pipe(z.number().int().min(1).max(SHELF_LIMIT_MAX));
const truth = z.union([z.boolean(), z.enum(["true", "false"]).transform((text) => text === "true")]);

const CONSENT_PURPOSES = ["personalization", "analytics"] as const;
const consentText = commaSeparated.pipe(z.array(z.enum(CONSENT_PURPOSES))).transform((granted): Consent => ({
  personalization: granted.includes("personalization"),
  analytics: granted.includes("analytics"),
}));
const consent = z.union([z.strictObject({ personalization: z.boolean(), analytics: z.boolean() }), consentText]);

const featureValues = z
  .record(z.string().max(100), z.union([z.string().max(1_000), z.number(), z.boolean(), z.null()]))
  .refine((features) => Object.keys(features).length <= FEATURES_MAX, `at most ${FEATURES_MAX} features`);
const features = z.union([
  featureValues,
  z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue({ code: "custom", message: "must be a JSON object" });
        return z.NEVER;
      }
    })
    .pipe(featureValues),
]);

const filter = z.string().transform((text, context): ItemFilter => {
  const parsed = parseFilter(text);
  if (parsed.ok) return parsed.value;
  context.addIssue({ code: "custom", message: parsed.error.message });
  return z.NEVER;
});

const country = z
  .string()
  .regex(/^[A-Za-z]{2}$/, "must be an ISO 3166-1 alpha-2 code such as FR")
  .transform((code) => code.toUpperCase());

/** A language, BCP 47. */
export const languageTag = z
  .string()
  .max(35)
  .refine(isLanguageTag, "must be a BCP 47 language tag such as de or de-AT");

const shared = {
  key: z.string().optional(),
  token: z.string().optional(),
  client_id: z.string().optional(),
  user_id: z.string().optional(),
  cart: idList(CART_ITEMS_MAX).optional(),
  exclude: idList(EXCLUDED_ITEMS_MAX).default([]),
  filter: filter.default(NO_FILTER),
  country: country.optional(),
  locale: languageTag.optional(),
  consent: consent.optional(),
  explain: truth.default(false),
  features: features.optional(),
};
// Any other name is refused, too, with a code of its own: the names are for the document.
const placement = z.string().meta({ enum: Object.keys(PLACEMENTS) });
const one = { placement, item_id: itemId.optional(), limit: limit.default(SHELF_LIMIT_DEFAULT) };

export const singleSchema = z.strictObject({ ...shared, ...one });
export const pageSchema = z.strictObject({
  ...shared,
  placements: z.array(z.strictObject(one)).min(1).max(PLACEMENTS_PER_PAGE_MAX),
});

/** One placement of a request, checked. */
export interface RequestedPlacement {
  readonly placement: Placement;
  readonly itemId: string | null;
  readonly limit: number;
}

/** A recommendation request, checked; `page` says whether the answer is a list. */
export interface RecommendationRequest {
  readonly page: boolean;
  readonly placements: readonly RequestedPlacement[];
  readonly key: string | undefined;
  readonly token: string | undefined;
  readonly client_id: string | undefined;
  readonly user_id: string | undefined;
  readonly cart: readonly string[] | undefined;
  readonly exclude: readonly string[];
  readonly filter: ItemFilter;
  readonly country: string | undefined;
  /** A BCP 47 tag. */
  readonly locale: string | undefined;
  readonly consent: Consent | undefined;
  readonly explain: boolean;
  readonly features: z.infer<typeof featureValues> | undefined;
}

function checkedPlacement(input: {
  placement: string;
  item_id?: string | undefined;
  limit: number;
}): RequestedPlacement {
  if (!isPlacement(input.placement)) {
    throw new ApiError(
      "unknown_placement",
      `There is no placement "${input.placement}". Use home, product, cart or checkout.`,
    );
  }
  return { placement: input.placement, itemId: input.item_id ?? null, limit: input.limit };
}

/**
 * Checks a request, from a query (all texts) or a body.
 * @throws ApiError 400 that names what is wrong
 */
export function parseRecommendationRequest(input: unknown): RecommendationRequest {
  if (typeof input === "object" && input !== null && "placements" in input) {
    const { placements, ...rest } = parseInput(pageSchema, input);
    return { ...withAbsent(rest), page: true, placements: placements.map(checkedPlacement) };
  }
  const { placement, item_id, limit: most, ...rest } = parseInput(singleSchema, input);
  return { ...withAbsent(rest), page: false, placements: [checkedPlacement({ placement, item_id, limit: most })] };
}

type Shared = Omit<z.infer<typeof singleSchema>, "placement" | "item_id" | "limit">;

function withAbsent(rest: Shared): Omit<RecommendationRequest, "page" | "placements"> {
  return {
    key: rest.key,
    token: rest.token,
    client_id: rest.client_id,
    user_id: rest.user_id,
    cart: rest.cart,
    exclude: rest.exclude,
    filter: rest.filter,
    country: rest.country,
    locale: rest.locale,
    consent: rest.consent,
    explain: rest.explain,
    features: rest.features,
  };
}
