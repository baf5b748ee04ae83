import type { ModelBlend } from "../../../domain/models/manifest.ts";

/** A measured value, with its 95 % interval when there is one. */
export interface CardMetric {
  readonly name: string;
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
  /** What was measured: "blend", or a baseline such as "popularity". */
  readonly of: string;
}

/** Something that changed along something else, a line for each series. */
export interface CardCurve {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** `log` for numbers tried by factors, such as a regularization; all above 0. */
  readonly xScale?: "linear" | "log";
  readonly series: readonly CardSeries[];
}

export interface CardSeries {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

/** What a model's page says: what Mitchell et al., "Model cards for model reporting", 2019, ask for. */
export interface ModelCard {
  readonly version: string;
  /** ISO date and time. */
  readonly createdAt: string;
  readonly sourceExport: string | null;
  readonly seed: number;
  /** What makes the same model again. */
  readonly commandLine: string;
  readonly data: {
    readonly users: number;
    readonly items: number;
    readonly interactions: number;
    /** Share of interactions with a rating, 0–1. */
    readonly ratedShare: number;
    /** Share of all pairs of a user and an item that have an interaction, 0–1. */
    readonly density: number;
    /** Epoch milliseconds. */
    readonly firstAt: number | null;
    readonly lastAt: number | null;
  };
  readonly parameters: Readonly<Record<string, number | string>>;
  readonly blend: ModelBlend;
  readonly metrics: readonly CardMetric[];
  readonly curves: readonly CardCurve[];
  /** Seconds that each step took. */
  readonly seconds: Readonly<Record<string, number>>;
  /** What the model does not do, or does badly: a sentence each. */
  readonly limits: readonly string[];
}
