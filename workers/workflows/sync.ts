import { WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep } from "cloudflare:workers";

import type { RuntimeEnv } from "../../platform/env.ts";

export class SyncWorkflow extends WorkflowEntrypoint<RuntimeEnv, Record<string, unknown>> {
  override async run(event: WorkflowEvent<Record<string, unknown>>, step: WorkflowStep): Promise<void> {
    void event;
    void step;
  }
}
