import { z } from "zod";

import {
  FEATURE_FIGURE_TEXT_MAX_LENGTH,
  type FeatureEntity,
  featurePath,
} from "../../domain/sync/feature-catalogue.ts";

/** A feature whose figures are wanted. */
export interface CountedFeature {
  readonly name: string;
  readonly kind: string;
}

/** What a feature's values are like, over `rows` rows. `minimum` and `maximum` are kept as text. */
export interface FeatureFigures {
  readonly name: string;
  readonly rows: number;
  readonly nulls: number;
  readonly distinct: number;
  readonly minimum: string | null;
  readonly maximum: string | null;
}

const boundSchema = z.union([z.string(), z.number(), z.null()]);
/** Values that are not null, different ones, the least and the greatest. */
const figuresSchema = z.tuple([z.number().int(), z.number().int(), boundSchema, boundSchema]);
const rowSchema = z.object({ rows: z.number().int() }).catchall(z.string());

function figuresOf({ kind }: CountedFeature, column: string): string {
  // D1 holds every different value while it counts, so it is given no more of each than is shown.
  const cut = `substr(${column}, 1, ${FEATURE_FIGURE_TEXT_MAX_LENGTH})`;
  const value = `CASE WHEN typeof(${column}) = 'text' THEN ${cut} ELSE ${column} END`;
  const isNumeric = kind === "number" || kind === "boolean";
  // A column that has just become a number may still have the words of before; a text may look like a number.
  const bound = isNumeric ? `CASE WHEN typeof(${column}) IN ('integer', 'real') THEN ${column} END` : cut;
  return `json_array(count(${column}), count(DISTINCT ${value}), min(${bound}), max(${bound}))`;
}

/** The hash below which every `every`-th row's hash lies: an even sample, whatever the order of the keys. */
function sampledBelow(every: number): string {
  // Behind every hexadecimal digit.
  if (every <= 1) return "g";
  return Math.floor(2 ** 32 / every)
    .toString(16)
    .padStart(8, "0");
}

function boundText(kind: string, bound: string | number | null): string | null {
  if (bound === null) return null;
  return kind === "boolean" ? String(bound !== 0) : String(bound);
}

/**
 * The figures of a few features over an entity's live rows, of which every `every`-th is counted, in one statement.
 * Members are read by name and not by `json_each`, whose rows D1 charges for: forty times as many.
 */
export async function readFigures(
  db: D1Database,
  entity: FeatureEntity,
  features: readonly CountedFeature[],
  every: number,
): Promise<FeatureFigures[]> {
  const values = features.map((_, place) => `features ->> ?${place + 2} AS v${place}`);
  const figures = features.map((feature, place) => `${figuresOf(feature, `v${place}`)} AS f${place}`);
  // LIMIT -1 limits nothing, but keeps SQLite from reading each row's JSON anew for every mention of a value.
  const statement = `SELECT count(*) AS rows, ${figures.join(", ")} FROM (
    SELECT ${values.join(", ")} FROM ${entity} WHERE deleted_at IS NULL AND row_hash < ?1 LIMIT -1)`;
  const answer = await db
    .prepare(statement)
    .bind(sampledBelow(every), ...features.map(({ name }) => featurePath(name)))
    .first();
  const row = rowSchema.parse(answer);
  return features.map(({ name, kind }, place) => {
    const [filled, distinct, least, greatest] = figuresSchema.parse(JSON.parse(row[`f${place}`] ?? ""));
    const [minimum, maximum] = [boundText(kind, least), boundText(kind, greatest)];
    return { name, rows: row.rows, nulls: row.rows - filled, distinct, minimum, maximum };
  });
}
