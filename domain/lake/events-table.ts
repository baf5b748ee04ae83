import { shortRecommendationId } from "../attribution/recommendation-id.ts";
import type { Interaction, InteractionItem } from "../events/interaction.ts";
import { signedInClient } from "../ledger/routing.ts";
import { ATTRIBUTION_COLUMNS, attributionValues } from "./attribution-columns.ts";
import { type LakeItem, type LakeRow, lakeRow, type LakeTable } from "./lake-table.ts";
import { maskPersonal, maskText } from "./mask-personal.ts";
import { shopperKind } from "./shopper-kind.ts";

/** `events`: a row per event, each id once. */
export const EVENTS_TABLE: LakeTable = {
  name: "events",
  version: 1,
  columns: [
    { name: "event_id", type: "string", nullable: false, unit: null, meaning: "The event's id; no two rows share it." },
    {
      name: "name",
      type: "string",
      nullable: false,
      unit: null,
      meaning: "What happened: a name of the list above, one of the shop's own, or `sign_in`.",
    },
    { name: "event_time", type: "timestamp", nullable: false, unit: "UTC, ms", meaning: "When it happened." },
    {
      name: "received_at",
      type: "timestamp",
      nullable: false,
      unit: "UTC, ms",
      meaning: "When it was accepted.",
    },
    {
      name: "shopper",
      type: "string",
      nullable: false,
      unit: null,
      meaning: "Pseudonym of the shopper: the same person is the same text in every table, for ever.",
    },
    {
      name: "shopper_kind",
      type: "string",
      nullable: false,
      unit: null,
      meaning: "`user` (known to the shop), `client` (a browser) or `one_off` (no consent: never the same twice).",
    },
    {
      name: "session",
      type: "string",
      nullable: true,
      unit: null,
      meaning: "Pseudonym of the visit, where the storefront told one.",
    },
    {
      name: "country",
      type: "string",
      nullable: true,
      unit: "ISO 3166-1 alpha-2",
      meaning: "Where the request came from.",
    },
    {
      name: "recommendation_id",
      type: "string",
      nullable: true,
      unit: null,
      meaning: "The recommendation that the event itself names; joins `recommendations.recommendation_id`.",
    },
    {
      name: "transaction_id",
      type: "string",
      nullable: true,
      unit: null,
      meaning: "The order of a purchase or refund.",
    },
    { name: "currency", type: "string", nullable: true, unit: "ISO 4217", meaning: "Currency of the items' prices." },
    { name: "rating", type: "double", nullable: true, unit: "1–5", meaning: "What the shopper gave the items." },
    { name: "search_term", type: "string", nullable: true, unit: null, meaning: "What the shopper searched for." },
    {
      name: "signed_in_client",
      type: "string",
      nullable: true,
      unit: null,
      meaning: "Of `sign_in`: the client whose earlier rows are this shopper's; joins `shopper`.",
    },
    {
      name: "items",
      type: "items",
      nullable: false,
      unit: null,
      meaning: "The items that the event names, in its order.",
      fields: [
        { name: "item_id", type: "string", nullable: false, unit: null, meaning: "The item." },
        { name: "quantity", type: "double", nullable: true, unit: "pieces", meaning: "How many." },
        { name: "price", type: "double", nullable: true, unit: "`currency`", meaning: "Of one piece." },
        ...ATTRIBUTION_COLUMNS,
      ],
    },
    {
      name: "params",
      type: "json",
      nullable: true,
      unit: null,
      meaning: "Whatever else came with the event; what looks personal is `[masked]`.",
    },
  ],
};

function itemOf(item: InteractionItem): LakeItem {
  return {
    item_id: item.item_id,
    quantity: item.quantity ?? null,
    price: item.price ?? null,
    ...attributionValues(item.attribution, item.item_id),
  };
}

/** Params that have a column of their own leave the rest, but only where the column can hold them. */
function sortParams(params: Readonly<Record<string, unknown>>): {
  texts: Readonly<Record<"transaction_id" | "currency" | "search_term", string | null>>;
  rating: number | null;
  rest: Record<string, unknown>;
} {
  const rest = { ...params };
  const takeText = (name: string): string | null => {
    const value = rest[name];
    if (typeof value !== "string") return null;
    delete rest[name];
    return value;
  };
  const texts = {
    transaction_id: takeText("transaction_id"),
    currency: takeText("currency"),
    search_term: takeText("search_term"),
  };
  const { rating } = rest;
  if (typeof rating !== "number") return { texts, rating: null, rest };
  delete rest["rating"];
  return { texts, rating, rest };
}

/**
 * The row of an event.
 * @param pseudonym of an id with its kind (`u:…`, `c:…`, `x:…`; `s:…` for a visit)
 */
export function eventRow(interaction: Interaction, pseudonym: (id: string) => string): LakeRow {
  const client = signedInClient(interaction);
  const { texts, rating, rest } = sortParams(interaction.params);
  // It has a column, where it is a pseudonym.
  if (client !== null) delete rest["client"];
  const kind = shopperKind(interaction.shopper);
  return lakeRow(EVENTS_TABLE, {
    event_id: interaction.event_id,
    name: interaction.name,
    event_time: new Date(interaction.at),
    received_at: new Date(interaction.received_at),
    shopper: pseudonym(interaction.shopper),
    shopper_kind: kind,
    // Who has not consented to be recognised must not be so by the visit either.
    session:
      interaction.session_id === undefined || kind === "one_off" ? null : pseudonym(`s:${interaction.session_id}`),
    country: interaction.country,
    recommendation_id:
      interaction.recommendation_id === undefined ? null : shortRecommendationId(interaction.recommendation_id),
    transaction_id: texts.transaction_id,
    currency: texts.currency,
    rating,
    search_term: texts.search_term === null ? null : maskText(texts.search_term),
    signed_in_client: client === null ? null : pseudonym(client),
    items: interaction.items.map(itemOf),
    params: Object.keys(rest).length === 0 ? null : JSON.stringify(maskPersonal(rest)),
  });
}
