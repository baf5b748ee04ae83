import { z } from "zod";

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
const change = changeSchema.default({ kind: "snapshot" });

const usersSchema = z.strictObject({
  table,
  key: column,
  /** Column with the country, normalised to ISO 3166-1 alpha-2 at sync. */
  country: column.optional(),
  /** Columns that become user features. A person's data is taken only when it is named here. */
  features: z.array(column).default([]),
  change,
});

const itemsSchema = z.strictObject({
  table,
  key: column,
  name: column,
  category: column,
  price: column,
  /** Column with the number in stock; without one every item counts as in stock. */
  stock: column.optional(),
  /** Column whose truth hides an item from shoppers. */
  hidden: column.optional(),
  /** Address of the picture: a template in which `{column}` is the value and `{column|slug}` its slug. */
  image: z.string().optional(),
  /** Address of the product page: a template like `image`. */
  url: z.string().optional(),
  /** Columns that shoppers may see beside name, price and category. */
  public: z.array(column).default([]),
  /** Columns that must not become features. Every other column does, new ones included. */
  excludeFeatures: z.array(column).default([]),
  change,
});

const ordersSchema = z.strictObject({
  table,
  key: column,
  user: column,
  /** Column with the order's time. A `date` column counts at day level. */
  time: column,
  status: column.optional(),
  /** Values of `status` that mean the order does not count. */
  cancelled: z.array(z.string()).default([]),
  lines: z.strictObject({
    table,
    order: column,
    item: column,
    quantity: column,
    price: column,
  }),
  change,
});

const ratingsSchema = z.strictObject({
  table,
  user: column,
  item: column,
  rating: column,
  time: column.optional(),
  change,
});

const consentSchema = z.strictObject({ personalization: z.boolean(), analytics: z.boolean() });

/** `endcap.config.ts`: what a shop tells Endcap about itself. */
export const configSchema = z.strictObject({
  shop: z.strictObject({
    name: z.string().min(1),
    /** ISO 4217 code of every price in the source. */
    currency: z.string().regex(/^[A-Z]{3}$/),
  }),
  source: z.strictObject({
    users: usersSchema,
    items: itemsSchema,
    orders: ordersSchema.optional(),
    ratings: ratingsSchema.optional(),
  }),
  sync: z
    .strictObject({
      /** Rows per page: one short read-only transaction. */
      pageRows: z.number().int().min(1).max(10_000).default(2_000),
      /** Rest between two pages, so that the replica can breathe. */
      pauseMilliseconds: z.number().int().nonnegative().default(0),
      /** Longest time that one statement may run on the replica. */
      statementSeconds: z.number().int().positive().max(60).default(20),
      /** `cursor` and `append` tables look for deleted keys in every n-th run. */
      sweepEveryRuns: z.number().int().positive().default(12),
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
      custom: z.record(z.string().regex(/^[a-z][a-z0-9_]{0,39}$/), z.strictObject({ weight: z.number() })).default({}),
    })
    .prefault({}),
  ranking: z
    .strictObject({
      /** A shelf leaves out what the shopper bought in this many days … */
      justBoughtDays: z.number().nonnegative().default(30),
      /** … except in these categories, which people buy again and again. */
      repeatableCategories: z.array(z.string()).default([]),
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
