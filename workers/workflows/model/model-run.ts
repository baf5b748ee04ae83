import type { RuntimeEnv } from "../../../platform/env.ts";

/** One instance's work on a version. */
export interface ModelRun {
  readonly env: RuntimeEnv;
  readonly version: string;
  /** When the instance was made. */
  readonly startedAt: Date;
  /** Runs a step, which may run again: every one writes what follows from the folder. */
  readonly step: <Value>(name: string, work: () => Promise<Value>) => Promise<Value>;
  /** Keeps the version's lease; called again and again by whatever takes long. */
  readonly keep: () => Promise<void>;
}
