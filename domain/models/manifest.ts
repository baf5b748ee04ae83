import { z } from "zod";

/**
 * How one feature becomes numbers. Every encoder writes a fixed number of values; a tower concatenates them in order.
 * Tensors are named in the model's safetensors file.
 */
const encoderSchema = z.discriminatedUnion("kind", [
  /** A category becomes the row of `table` (shape `[vocabulary.length + 1, width]`) at its place in the vocabulary; row 0 is for unknown and missing. */
  z.strictObject({
    kind: z.literal("category"),
    feature: z.string(),
    vocabulary: z.array(z.string()),
    table: z.string(),
  }),
  /** A category becomes zeros with a single one; unknown and missing are all zeros. */
  z.strictObject({ kind: z.literal("one_hot"), feature: z.string(), vocabulary: z.array(z.string()) }),
  /** Text becomes the mean of the rows of `table` (shape `[buckets, width]`) at its lower-cased word tokens' hashes. */
  z.strictObject({
    kind: z.literal("tokens"),
    feature: z.string(),
    buckets: z.number().int().positive(),
    table: z.string(),
  }),
  /** A number becomes `(value − mean) / deviation`, clipped to ±4; missing is 0. */
  z.strictObject({
    kind: z.literal("number"),
    feature: z.string(),
    mean: z.number(),
    deviation: z.number().positive(),
  }),
]);
export type Encoder = z.infer<typeof encoderSchema>;

const layerSchema = z.strictObject({
  /** Tensor of shape `[outputs, inputs]`, row-major, as PyTorch's `nn.Linear` keeps it. */
  weight: z.string(),
  /** Tensor of shape `[outputs]`. */
  bias: z.string().optional(),
  activation: z.enum(["relu", "tanh", "linear"]),
});

export type LayerSpecification = z.infer<typeof layerSchema>;

const towerSchema = z.strictObject({
  encoders: z.array(encoderSchema).min(1),
  layers: z.array(layerSchema),
  /** Scale the result to length 1 (a cosine model). */
  normalize: z.boolean(),
});
export type TowerSpecification = z.infer<typeof towerSchema>;

const weight = z.number().min(-100).max(100);
const share = z.number().min(0).max(1);
const blendSchema = z
  .strictObject({
    /** Of the item's nearness to the shopper's features. */
    profile: weight,
    /** Of its nearness to the mean embedding of the shopper's past. */
    taste: weight,
    /** Of the item–item weights, summed over the past. */
    together: weight,
    popularity: weight,
    /** Of what sold in the last days. */
    trending: weight,
    /** Share of the item–item weight, beside the embeddings' cosine, in what is `similar`. */
    similar: share,
    /** How much variety counts against score on the personal shelf. */
    diversity: share,
    /** What each older item of the past counts of the next newer one: 1 = the order says nothing. */
    recency: share,
    /** What a rating of five adds to an item of the past, which counts 1; a rating of one takes it off. */
    rating: weight,
  })
  .partial();
/** How a model wants its signals added up. */
export type ModelBlend = z.infer<typeof blendSchema>;

/** A model version's name: also its namespace and the front of its vector ids, hence short. */
export const MODEL_VERSION_PATTERN = /^[a-z0-9][a-z0-9.-]{0,31}$/;

/** `manifest.json` of a model folder. */
export const manifestSchema = z.strictObject({
  format: z.literal(1),
  version: z.string().regex(MODEL_VERSION_PATTERN),
  created_at: z.iso.datetime(),
  description: z.string().default(""),
  dimension: z.number().int().min(2).max(1536),
  metric: z.enum(["dot", "cosine"], {
    error: ({ input }) =>
      input === "euclidean" || input === "l2"
        ? "euclidean distance is not served, since the index compares by dot product: train with dot or cosine"
        : 'expected "dot" or "cosine"',
  }),
  /** Null when users come from `user_embeddings.csv` alone. */
  user_tower: towerSchema.nullable(),
  /** Null when items come from `item_embeddings.csv` alone. */
  item_tower: towerSchema.nullable(),
  /** The export that the model was trained on, if it came from one. */
  source_export: z.string().nullable().default(null),
  metrics: z.record(z.string(), z.number()).default({}),
  /** How strongly each signal counts (domain/ranking/blend.ts); a name that is absent has the runtime's default. */
  blend: blendSchema.optional(),
  /** SHA-256 in hexadecimal of each other file of the folder. */
  files: z.record(z.string(), z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/), bytes: z.number().int() })),
});
export type ModelManifest = z.infer<typeof manifestSchema>;
/** A manifest as a trainer writes it: what has a default may be left out. */
export type ModelManifestInput = z.input<typeof manifestSchema>;

export const MANIFEST_FILE = "manifest.json";
export const WEIGHTS_FILE = "weights.safetensors";
export const ITEM_EMBEDDINGS_FILE = "item_embeddings.csv";
export const USER_EMBEDDINGS_FILE = "user_embeddings.csv";
/** Item–item weights: `item_id`, `neighbour_id`, `weight`. */
export const NEIGHBOURS_FILE = "neighbours.parquet";
/** Longest files that are read: what they become in memory must fit beside a running isolate. */
export const WEIGHTS_MAX_BYTES = 32 * 1024 * 1024;
export const EMBEDDINGS_MAX_BYTES = 128 * 1024 * 1024;
export const NEIGHBOURS_MAX_BYTES = 32 * 1024 * 1024;
export const MANIFEST_MAX_BYTES = 4 * 1024 * 1024;
/** Rows of a file of embeddings: their ids are held together while they are checked. */
export const EMBEDDINGS_MAX_ROWS = 250_000;
/** Files of a model folder that mean something; others are left alone. */
export const MODEL_FILES = [WEIGHTS_FILE, ITEM_EMBEDDINGS_FILE, USER_EMBEDDINGS_FILE, NEIGHBOURS_FILE] as const;
