import { WorkflowEntrypoint } from "cloudflare:workers";

import type { RuntimeEnv } from "../../platform/env.ts";

/** Turns the small files of the lake's closed hours into few large ones. */
export class CompactionWorkflow extends WorkflowEntrypoint<RuntimeEnv, Record<string, never>> {
  override async run(): Promise<void> {
    // Filled by the lake's slice.
  }
}
