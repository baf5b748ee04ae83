import { z } from "zod";

import type { FeatureValues } from "../../../domain/catalogue/records.ts";
import { PRICE_MAX } from "../../../domain/events/limits.ts";
import { FEATURE_TEXT_MAX_LENGTH } from "../../../domain/sync/limits.ts";
import config from "../../../endcap.config.ts";
import { featureFields, featureName, featureValues, rowId } from "./field-input.ts";
import { PUSHED_FEATURES_MAX } from "./limits.ts";

/** The snapshot keeps stock as a signed 32-bit number. */
const STOCK_MAX = 2_147_483_647;
const SCHEME = /^[a-z][a-z0-9+.-]*:/i;

const text = z.string().trim().max(FEATURE_TEXT_MAX_LENGTH);
const requiredText = text.min(1);
const price = z.number().min(0).max(PRICE_MAX);
// The sync's own rule: whole pieces, and below 0 is oversold, which is out of stock.
const stock = z.number().transform((pieces) => Math.min(Math.max(Math.floor(pieces), 0), STOCK_MAX));
// What a shopper's browser opens must not be a script.
const address = text.refine(
  (value) => !SCHEME.test(value) || /^https?:/i.test(value),
  "must be relative or begin with http:// or https://",
);

const { excludeFeatures, public: publicFeatures } = config.source.items;
const itemFeatures = featureValues.refine(
  (features) => excludeFeatures.every((name) => !Object.hasOwn(features, name)),
  `must not hold what the configuration excludes: ${excludeFeatures.join(", ")}`,
);

const changed = {
  stock: stock.nullable().optional(),
  price: price.optional(),
  hidden: z.boolean().optional(),
};
const whole = {
  ...changed,
  name: requiredText,
  category: requiredText,
  price,
  image: address.nullable().optional(),
  url: address.nullable().optional(),
  features: itemFeatures.optional(),
  public: z.array(featureName).max(PUSHED_FEATURES_MAX).optional(),
};

const saysSomething = (item: { [name in keyof typeof changed]?: unknown }): boolean =>
  item.stock !== undefined || item.price !== undefined || item.hidden !== undefined;
const NOTHING_SAID = "Send at least one of stock, price and hidden.";

const showsOwnFeatures = (item: { public?: string[] | undefined; features?: FeatureValues | undefined }): boolean =>
  (item.public ?? []).every((name) => Object.hasOwn(item.features ?? {}, name));
const UNKNOWN_PUBLIC = { path: ["public"], message: "must name features that are among `features`" };

/** Body of `PATCH /v1/items/:id`, and an element of `PATCH /v1/items`. */
export const itemChangeSchema = z.strictObject(changed).refine(saysSomething, NOTHING_SAID);
export const itemChangeElementSchema = z
  .strictObject({ item_id: rowId, ...changed })
  .refine(saysSomething, NOTHING_SAID);
/** Body of `PUT /v1/items/:id`, and an element of `PUT /v1/items`. */
export const itemSchema = z.strictObject(whole).refine(showsOwnFeatures, UNKNOWN_PUBLIC);
export const itemElementSchema = z.strictObject({ item_id: rowId, ...whole }).refine(showsOwnFeatures, UNKNOWN_PUBLIC);

type ItemInput = z.infer<typeof itemChangeSchema> | z.infer<typeof itemSchema>;

/** Which of the features shoppers see: those that the push names, else those that the configuration does. */
function publicValues(features: FeatureValues, named: readonly string[] | undefined): string {
  const names = new Set(named ?? publicFeatures);
  // In the order of their names, as the sync writes them: the texts are compared.
  const shown = Object.entries(features).filter(([name]) => names.has(name));
  return JSON.stringify(Object.fromEntries(shown.toSorted(([a], [b]) => (a < b ? -1 : 1))));
}

/** What an input says, by the field names of pushes. What it leaves out is not among them. */
export function itemFields(input: ItemInput): FeatureValues {
  const { features, public: named, ...own } = { features: undefined, public: undefined, ...input };
  const said = Object.entries(own).filter(
    (entry): entry is [string, string | number | boolean | null] => entry[1] !== undefined,
  );
  return Object.fromEntries([
    ...said,
    ...(features === undefined && named === undefined ? [] : [["public_values", publicValues(features ?? {}, named)]]),
    ...featureFields(features ?? {}),
  ]);
}
