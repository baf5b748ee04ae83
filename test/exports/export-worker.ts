import { z } from "zod";

import type { InteractionMessage } from "../../domain/events/interaction.ts";
import { exportParamsSchema } from "../../domain/exports/params.ts";
import { insertExport } from "../../platform/d1/export-store.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import worker from "../../workers/index.ts";
import { ExportWorkflow as RealExportWorkflow } from "../../workers/workflows/export.ts";
import { ExportRefusal } from "../../workers/workflows/export/check.ts";
import { type ExportRun, followUp, runExport } from "../../workers/workflows/export/run-export.ts";
import { noTrouble, Stopped, troubledEnv, troubleSchema } from "./export-trouble.ts";

export * from "../../workers/index.ts";

/** As often as the Workflow tries a step. */
const ATTEMPTS_PER_STEP = 5;
/** As often as an instance is begun again; more would be one that never ends. */
const LIVES_MAX = 3;

const driveSchema = z.object({
  id: z.string(),
  params: exportParamsSchema,
  /** Milliseconds by which the run's clock is ahead. */
  ahead: z.number(),
  /** The step before which to stop, null to go on to the end. What is asked with the same id goes on from there. */
  until: z.string().nullable(),
  trouble: troubleSchema,
});

/** What came of an export that was driven. */
export interface Driven {
  readonly state: "complete" | "failed" | "stopped";
  readonly error: string | null;
  /** True of what would come to the same however often it is tried. */
  readonly refused: boolean;
  /** Names of the steps that were run, not those that were remembered. */
  readonly steps: readonly string[];
  /** Requests to D1, R2 and the ledger. */
  readonly calls: number;
  /** Keys of the files that were put, in order. */
  readonly puts: readonly string[];
  /** How often the runtime was started. */
  readonly lives: number;
}

// Of the isolate: what a Workflow keeps of its steps, by export.
const kept = new Map<string, Map<string, unknown>>();

async function drive(env: RuntimeEnv, asked: z.infer<typeof driveSchema>): Promise<Driven> {
  const { id, params, ahead, until, trouble } = asked;
  const memory = kept.get(id) ?? new Map<string, unknown>();
  if (!kept.has(id)) await insertExport(env.DB, id, { trigger: "api", params }, new Date());
  kept.set(id, memory);
  const steps: string[] = [];
  let isStopped = false;
  const troubled = troubledEnv(env, trouble);
  const step = async <Outcome>(name: string, run: () => Promise<Outcome>): Promise<Outcome> => {
    // An instance that is no more runs no step, also not one that would follow from a failure.
    isStopped ||= name === until;
    if (isStopped) throw new Stopped();
    if (memory.has(name)) return structuredClone(memory.get(name)) as Outcome;
    for (let attempt = 1; ; attempt++) {
      steps.push(name);
      try {
        const outcome = await run();
        memory.set(name, structuredClone(outcome));
        return outcome;
      } catch (error) {
        if (attempt === ATTEMPTS_PER_STEP || error instanceof ExportRefusal || troubled.isDead()) throw error;
      }
    }
  };
  const now = (): number => Date.now() + ahead;
  const told = { steps, refused: false, error: null };
  for (let lives = 1; ; lives++) {
    const counts = (): Pick<Driven, "calls" | "puts" | "lives"> => ({ ...troubled.counts(), lives });
    try {
      const run: ExportRun = { env: troubled.env, id, startedAt: Date.now(), now, step };
      await runExport(run, params);
      await followUp(run);
      return { ...told, state: "complete", ...counts() };
    } catch (error) {
      if (error instanceof Stopped) return { ...told, state: "stopped", ...counts() };
      if (!troubled.isDead() || lives === LIVES_MAX) {
        const refused = error instanceof ExportRefusal;
        return { ...told, state: "failed", error: String(error), refused, ...counts() };
      }
      troubled.revive();
    }
  }
}

let troubleOfWorkflow = noTrouble();

/** The Workflow, in the trouble that was asked for last. */
export class ExportWorkflow extends RealExportWorkflow {
  constructor(context: ExecutionContext, env: RuntimeEnv) {
    super(context, troubledEnv(env, troubleOfWorkflow).env);
  }
}

/** The Worker; `POST /test/drive` runs an export's own code step by step, `POST /test/trouble` troubles the Workflow. */
export default {
  ...worker,
  async fetch(request, env, context) {
    switch (new URL(request.url).pathname) {
      case "/test/drive":
        return Response.json(await drive(env, driveSchema.parse(await request.json())));
      case "/test/trouble":
        troubleOfWorkflow = troubleSchema.parse(await request.json());
        return Response.json({});
      default:
        return worker.fetch(request, env, context);
    }
  },
} satisfies ExportedHandler<RuntimeEnv, InteractionMessage>;
