import type { FeatureValues } from "../../domain/catalogue/records.ts";
import { NUMBER_CLIP } from "../../domain/models/encoders.ts";
import { categoryOf, numberOf } from "../../domain/models/feature-reading.ts";
import type { Encoder } from "../../domain/models/manifest.ts";
import { tokenBucket, tokenize } from "../../domain/models/tokenize.ts";
import { createParameter, type Parameter } from "./parameter.ts";

/** The encoders that the reference model uses. */
export type TrainedEncoder = Extract<Encoder, { kind: "category" | "tokens" | "number" }>;

/** Numbers that a category or a token becomes. */
export const TABLE_WIDTH = 16;
const TABLE_DEVIATION = 0.1;

/** What an encoder reads off one record: rows of its table, or a number. Read once, used in every epoch. */
export interface EncoderInput {
  readonly rows: Uint32Array;
  readonly value: number;
}

const NO_ROWS = new Uint32Array(0);
const UNKNOWN_ROW = Uint32Array.of(0);

/**
 * One encoder while it is trained: the same mathematics as `prepareEncoder` in domain/models/encoders.ts, which serves
 * it, and its gradient (a test compares the two).
 */
export class FeatureEncoder {
  readonly encoder: TrainedEncoder;
  readonly width: number;
  readonly table: Parameter | null;
  readonly #places: ReadonlyMap<string, number>;

  constructor(encoder: TrainedEncoder, random: () => number) {
    this.encoder = encoder;
    this.width = encoder.kind === "number" ? 1 : TABLE_WIDTH;
    const rows =
      encoder.kind === "tokens" ? encoder.buckets : encoder.kind === "category" ? encoder.vocabulary.length + 1 : 0;
    this.table =
      encoder.kind === "number" ? null : createParameter(encoder.table, [rows, TABLE_WIDTH], TABLE_DEVIATION, random);
    const vocabulary = encoder.kind === "category" ? encoder.vocabulary : [];
    this.#places = new Map(vocabulary.map((word, place) => [word, place]));
  }

  /** What this encoder sees of a record; null stands for one whose feature is kept from it (feature dropout). */
  read(features: FeatureValues | null): EncoderInput {
    const { encoder } = this;
    const value = features?.[encoder.feature];
    switch (encoder.kind) {
      case "category": {
        const place = this.#places.get(categoryOf(value) ?? "");
        return { rows: place === undefined ? UNKNOWN_ROW : Uint32Array.of(place + 1), value: 0 };
      }
      case "tokens": {
        const rows = tokenize(categoryOf(value) ?? "").map((token) => tokenBucket(token, encoder.buckets));
        return { rows: Uint32Array.from(rows), value: 0 };
      }
      case "number": {
        const number = numberOf(value);
        const standardised = number === null ? 0 : (number - encoder.mean) / encoder.deviation;
        return { rows: NO_ROWS, value: Math.max(-NUMBER_CLIP, Math.min(NUMBER_CLIP, standardised)) };
      }
      default:
        return encoder satisfies never;
    }
  }

  /** Writes `width` numbers at `offset`: the number, or the mean of the rows. `target` holds zeros there. */
  forward(input: EncoderInput, target: Float32Array, offset: number): void {
    if (this.table === null) {
      target[offset] = input.value;
      return;
    }
    const { values } = this.table;
    const share = 1 / input.rows.length;
    for (const row of input.rows)
      for (let column = 0; column < TABLE_WIDTH; column++)
        target[offset + column] = (target[offset + column] ?? 0) + share * (values[row * TABLE_WIDTH + column] ?? 0);
  }

  /** Adds to the table's gradient what `slopes` (of the loss, by what `forward` wrote) say. */
  backward(input: EncoderInput, slopes: Float32Array, offset: number): void {
    if (this.table === null) return;
    const { gradient } = this.table;
    const share = 1 / input.rows.length;
    for (const row of input.rows)
      for (let column = 0; column < TABLE_WIDTH; column++) {
        const at = row * TABLE_WIDTH + column;
        gradient[at] = (gradient[at] ?? 0) + share * (slopes[offset + column] ?? 0);
      }
  }
}
