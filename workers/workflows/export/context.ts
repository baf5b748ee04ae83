import type { ExportColumn, UserIdForm } from "../../../domain/exports/manifest.ts";
import type { RuntimeEnv } from "../../../platform/env.ts";

export type ExportEnv = Pick<RuntimeEnv, "DB" | "EXPORTS" | "INTERACTION_LEDGER" | "DATA_SECRET" | "LEDGER_SHARDS">;

/** The features of an export, as columns that are fixed before its first part. */
export interface ExportFeatures {
  readonly users: readonly ExportColumn[];
  readonly items: readonly ExportColumn[];
  /** Of the items' those that `training` repeats; the others are too long for that. */
  readonly repeated: readonly ExportColumn[];
}

/** What every step of an export knows. */
export interface ExportContext {
  readonly env: ExportEnv;
  readonly id: string;
  /** Milliseconds since 1970 UTC: everything is read as it was then. */
  readonly asOf: number;
  readonly csv: boolean;
  readonly userIds: UserIdForm;
  readonly features: ExportFeatures;
}
