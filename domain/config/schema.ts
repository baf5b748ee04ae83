import { z } from "zod";

import { isTimeZone } from "../analytics/reports/calendar.ts";
import { EXPORT_SCHEDULES } from "../exports/schedule.ts";
import { SIGN_IN } from "../ledger/routing.ts";
import { textsSchema } from "../ranking/texts/schema.ts";

/** Every range's keys are kept in one row of D1, which holds 2 MB. */
const PAGE_ROWS_MAX = 5_000;

/** How a sync finds what changed in a table of the source. */
const changeSchema = z.discriminatedUnion("kind", [
  /** No column tells: every row is read in key order and compared by hash. */
  z.strictObject({ kind: z.literal("snapshot") }),
  /** A column that grows with every change (a timestamp or a version). Late commits are caught by reading `overlapSeconds` (or that many units of a number) again. */
  z.strictObject({
    kind: z.literal("cursor"),
    column: z.string().min(1),
    overlapSeconds: z.number().nonnegative().default(300),
  }),
  /** Rows are only ever added, with a growing key. The last `overlapRows` keys are read again. */
  z.strictObject({ kind: z.literal("append"), overlapRows: z.number().int().nonnegative().default(1000) }),
]);
export type ChangeDetection = z.infer<typeof changeSchema>;

const table = z.string().min(1);
const column = z.string().min(1);

/** A column with an amount of money. `divisor` turns its unit into the currency's: 100 for cents. */
const priceSchema = z.union([
  column.transform((name) => ({ column: name, divisor: 1 })),
  z.strictObject({ column, divisor: z.number().positive().default(1) }),
]);
export type PriceColumn = z.infer<typeof priceSchema>;

/**
 * A column with the category, or a table that links items to categories (the first by name counts). What it comes to is
 * accepted again: a configuration that was validated stays valid.
 */
const categorySchema = z.union([
  column.transform((name) => ({ kind: "column" as const, column: name })),
  z.strictObject({ kind: z.literal("column"), column }),
  z.strictObject({
    kind: z.literal("links").default("links"),
    /** The table that links: one row per item and category. */
    table,
    /** Its column with the item's key. */
    item: column,
    /** Its column with the category, or with the category's key when `names` is given. */
    category: column,
    /** The table that names the categories. */
    names: z.strictObject({ table, key: column, name: column }).optional(),
  }),
]);

/** What every entity's configuration has. */
const common = {
  /** The table, or the path below `source.http.url` for an entity that is read by HTTP. */
  table,
  /** Where it is read: from the replica, or from the shop's own API (`source.http`). */
  via: z.enum(["replica", "http"]).default("replica"),
  /** Column that marks a row as gone: a time of deletion, or a truth. */
  deleted: column.optional(),
  /** What is to be known of single columns: `was` is the name that a renamed column had before. */
  columns: z.record(column, z.strictObject({ was: column })).default({}),
  change: changeSchema.default({ kind: "snapshot" }),
};

const usersSchema = z.strictObject({
  ...common,
  key: column,
  /** Column with the country, normalised to ISO 3166-1 alpha-2 at sync. */
  country: column.optional(),
  /** Columns that become user features. A person's data is taken only when it is named here. */
  features: z.array(column).default([]),
});

const itemsSchema = z.strictObject({
  ...common,
  key: column,
  name: column,
  category: categorySchema,
  price: priceSchema,
  /** Column with the number in stock; without one every item counts as in stock. */
  stock: column.optional(),
  /** Column whose truth hides an item from shoppers. */
  hidden: column.optional(),
  /** Address of the picture: a template in which `{column}` is the value and `{column|slug}` its slug. */
  image: z.string().optional(),
  /** Address of the product page: a template like `image`. */
  url: z.string().optional(),
  /** Features (columns, or members of `attributes`) that shoppers may see beside name, price and category. */
  public: z.array(column).default([]),
  /** Columns of JSON objects whose members become features of their own. */
  attributes: z.array(column).default([]),
  /** Features that must not be kept. Every other column becomes one, new columns included. */
  excludeFeatures: z.array(column).default([]),
});

const ordersSchema = z.strictObject({
  ...common,
  key: column,
  user: column,
  /** Column with the order's time. A `date` column counts at day level. */
  time: column,
  status: column.optional(),
  /** Values of `status` that mean the order does not count. */
  cancelled: z.array(z.string()).default([]),
  /** The table of the order's lines; by HTTP, the member of the order that holds the array of its lines. */
  lines: z.strictObject({
    table,
    /** Column with the order's key; not needed by HTTP. */
    order: column,
    item: column,
    quantity: column,
    price: priceSchema,
  }),
});

const ratingsSchema = z.strictObject({
  ...common,
  user: column,
  item: column,
  rating: column,
  time: column.optional(),
});

/** The shop's own read API, for entities with `via: "http"`. Its bearer token is the secret SOURCE_HTTP_TOKEN. */
const httpSchema = z.strictObject({
  /** The address under which each entity's `table` is a path. */
  url: z.url(),
  /** The member of an answer that holds the rows (dots go deeper); absent: the answer is the array itself. */
  rows: z.string().min(1).optional(),
  /** How the next page is found: a member with a cursor that is sent back, or the `Link` header's `rel="next"`. */
  paging: z
    .discriminatedUnion("kind", [
      z.strictObject({
        kind: z.literal("cursor"),
        parameter: z.string().min(1).default("cursor"),
        next: z.string().min(1).default("next_cursor"),
      }),
      z.strictObject({ kind: z.literal("link") }),
    ])
    .prefault({ kind: "link" }),
  /** Query parameter that says how many rows a page may have. */
  limitParameter: z.string().min(1).default("limit"),
  /** Query parameter that asks for rows changed since an ISO 8601 time; without it every run reads everything. */
  sinceParameter: z.string().min(1).optional(),
});
export type HttpSourceConfig = z.infer<typeof httpSchema>;

const sourceSchema = z
  .strictObject({
    users: usersSchema,
    items: itemsSchema,
    orders: ordersSchema.optional(),
    ratings: ratingsSchema.optional(),
    http: httpSchema.optional(),
  })
  .superRefine(({ http, ...entities }, context) => {
    for (const [name, entity] of Object.entries(entities)) {
      if (entity?.via !== "http" || http !== undefined) continue;
      context.addIssue({ code: "custom", path: [name, "via"], message: 'needs source.http, where "http" leads to' });
    }
    if (entities.items.via === "http" && entities.items.category.kind === "links") {
      const message = "by HTTP the category is a member of the item; tables of links are read from the replica only";
      context.addIssue({ code: "custom", path: ["items", "category"], message });
    }
  });

const customEventName = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,39}$/)
  // Whoever could send it could make anonymous shoppers other people.
  .refine((name) => name !== SIGN_IN, `"${SIGN_IN}" is what sessions tell the ledger; choose another name`);

/** A session keeps what it saw this long at most (domain/sessions/session.ts, SESSION_IDLE_MILLISECONDS). */
const ATTRIBUTION_WINDOW_MAX_HOURS = 30 * 24;
/** Half a year's exports are the default; R2 is cheap, but nobody looks through thousands. */
const EXPORTS_KEPT_MAX = 1_000;
const signalWeight = z.number().nonnegative().max(100);

const consentSchema = z.strictObject({ personalization: z.boolean(), analytics: z.boolean() });

const currencyCode = z.string().regex(/^[A-Z]{3}$/);

/** Spikes look five weeks back, hour by hour. */
const ITEM_HOUR_DAYS_MIN = 36;

const seconds = z.number().positive();

/** How old the newest fact of a flow may be (docs/analytics.md, Freshness), in seconds. */
const objectivesSchema = z.strictObject({
  replicaSeconds: seconds.default(900),
  vectorsSeconds: seconds.default(1_800),
  sessionSeconds: seconds.default(120),
  rollupSeconds: seconds.default(120),
  lakeSeconds: seconds.default(600),
  /** So long after an export was due. */
  exportSeconds: seconds.default(6 * 3_600),
  /** Age of the active model, in days; without one a model may be as old as it likes. */
  modelDays: z.number().positive().optional(),
  /** Share of the last hour's answers of which a stage may have been left out. */
  degradedShare: z.number().min(0).max(1).default(0.05),
});

const analyticsSchema = z.strictObject({
  /** IANA name: where the days of reports begin unless a caller says otherwise. */
  timezone: z.string().refine(isTimeZone, "is not the name of a time zone, such as Europe/Amsterdam").default("UTC"),
  /** How long items are counted by the hour, then by the day (docs/analytics.md). */
  itemHourDays: z.number().int().min(ITEM_HOUR_DAYS_MIN).default(ITEM_HOUR_DAYS_MIN),
  itemDays: z.number().int().min(ITEM_HOUR_DAYS_MIN).default(400),
  /** How long lines, orders and recommendations are counted by the hour. */
  totalHourDays: z.number().int().min(ITEM_HOUR_DAYS_MIN).default(400),
  objectives: objectivesSchema.prefault({}),
});

/** `endcap.config.ts`: what a shop tells Endcap about itself. */
export const configSchema = z.strictObject({
  shop: z.strictObject({
    name: z.string().min(1),
    /** ISO 4217 code of every price in the source. */
    currency: currencyCode,
    /**
     * What one unit of another currency is worth in the shop's: a storefront's order in it is converted. Money of a
     * currency without a rate is kept apart.
     */
    exchangeRates: z.record(currencyCode, z.number().positive()).default({}),
  }),
  source: sourceSchema,
  sync: z
    .strictObject({
      /** Rows per page: one short read-only transaction, one range of a checksum. */
      pageRows: z.number().int().min(1).max(PAGE_ROWS_MAX).default(2_000),
      /** Rest between two pages, so that the replica can breathe. */
      pauseMilliseconds: z.number().int().nonnegative().default(0),
      /** Longest time that one statement may run on the replica. */
      statementSeconds: z.number().int().positive().max(60).default(20),
      /** `cursor` and `append` tables are compared by checksum in every n-th run: that finds deletions and missed changes. */
      verifyEveryRuns: z.number().int().positive().default(12),
      /** A run that would delete more than this share of an entity's rows pauses it until somebody agrees. */
      maxDeletedShare: z.number().min(0).max(1).default(0.5),
      /** What the shop pushed holds at least this long against what the sync reads: a replica may be behind. */
      pushHoldSeconds: z.number().int().nonnegative().default(900),
    })
    .prefault({}),
  consent: z
    .strictObject({
      /** What a publishable key's shopper has agreed to when nothing is said. */
      publishableDefault: consentSchema.default({ personalization: false, analytics: false }),
    })
    .prefault({}),
  events: z
    .strictObject({
      /** Further event names; `weight` says how strongly one tells a taste (a view is 1, a purchase 5). */
      custom: z.record(customEventName, z.strictObject({ weight: z.number() })).default({}),
    })
    .prefault({}),
  attribution: z
    .strictObject({
      /** An event is put down to a recommendation that the shopper saw at most this long before. */
      windowHours: z.number().positive().max(ATTRIBUTION_WINDOW_MAX_HOURS).default(24),
    })
    .prefault({}),
  /** How a shopper's doings with an item become a rating where none was given (docs/ratings.md). */
  ratings: z
    .strictObject({
      /** What the first of each kind is worth; removals and refunds are taken off. */
      weights: z
        .strictObject({
          view: signalWeight.default(0.4),
          /** Everything that has no name here: wish lists, selections, checkouts, a shop's own events. */
          other: signalWeight.default(0.4),
          cart: signalWeight.default(0.9),
          purchase: signalWeight.default(2),
          removal: signalWeight.default(0.9),
          refund: signalWeight.default(1),
        })
        .prefault({}),
      /** After this many days half of what recency adds is gone. */
      halfLifeDays: z.number().positive().default(180),
      /** Share of an interest that is left however long ago it was. */
      oldShare: z.number().min(0).max(1).default(0.8),
    })
    .prefault({}),
  exports: z
    .strictObject({
      /** When training data is written by itself: Mondays, the 1st of a month or of a quarter, at 03:00 UTC. */
      schedule: z.enum(EXPORT_SCHEDULES).default("weekly"),
      /** So many complete exports are kept; files of older ones are removed. */
      keep: z.number().int().min(1).max(EXPORTS_KEPT_MAX).default(26),
    })
    .prefault({}),
  analytics: analyticsSchema.prefault({}),
  ranking: z
    .strictObject({
      /** A shelf leaves out what the shopper bought in this many days … */
      justBoughtDays: z.number().nonnegative().default(30),
      /** … except in these categories, which people buy again and again. */
      repeatableCategories: z.array(z.string()).default([]),
      /**
       * Reasons and titles by language: `{ "nl": { "viewed": "Omdat je {item} bekeek" } }` adds one or changes texts of
       * ours (docs/storefront.md). What a language leaves out is in English.
       */
      texts: textsSchema.default({}),
    })
    .prefault({}),
});

/** A validated configuration, defaults filled in. */
export type EndcapConfig = z.infer<typeof configSchema>;
/** What a person writes: everything that has a default may be left out. */
export type EndcapConfigInput = z.input<typeof configSchema>;

/**
 * Validates a configuration and fills in its defaults.
 * @throws Error with one line per problem (path and what to do), so that a wrong configuration never starts.
 */
export function defineConfig(input: EndcapConfigInput): EndcapConfig {
  const parsed = configSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `  ${issue.path.join(".") || "(top level)"}: ${issue.message}`);
  throw new Error(`endcap.config.ts is not valid:\n${problems.join("\n")}`);
}
