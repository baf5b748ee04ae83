import { stateUnder } from "../../../domain/models/lifecycle.ts";
import { newestModels } from "../../../platform/d1/analytics/freshness-models.ts";
import { listExports } from "../../../platform/d1/export-store.ts";
import { type KeptKind, listKeptFiles } from "../../../platform/d1/kept-file-store.ts";
import { listSyncRuns } from "../../../platform/d1/sync-run-store.ts";
import type { RuntimeEnv } from "../../../platform/env.ts";
import { describeDeadLetter } from "../dead-letters/describe.ts";
import { describeExport } from "../exports/describe.ts";
import { isoTime } from "../list.ts";
import { presentControl } from "../models/describe.ts";
import { describeQuarantineFile } from "../quarantine/describe.ts";
import { describeRun } from "../sync/run-answer.ts";

/** So many of each are listed. */
const LISTED = 20;

async function describeModels(env: RuntimeEnv): Promise<object[]> {
  const [models, control] = await Promise.all([newestModels(env.DB, LISTED), presentControl(env)]);
  const shadow = control?.model.shadow;
  return models.map(({ version, state, problems, description, publishedAt, activatedAt, retiredAt }) => ({
    version,
    state: control === null ? state : stateUnder(control.model, version, state),
    previous: control?.model.previous === version,
    shadow_share: shadow?.version === version ? shadow.share : null,
    problems,
    description,
    published_at: isoTime(publishedAt),
    activated_at: isoTime(activatedAt),
    retired_at: isoTime(retiredAt),
  }));
}

/** What the pipelines did last, as `GET /v1/analytics/pipelines` answers. */
export async function pipelinesAnswer(env: RuntimeEnv): Promise<object> {
  const keptFiles = (kind: KeptKind) => listKeptFiles(env.DB, { kind, limit: LISTED, after: null });
  const [runs, exports, models, quarantine, deadLetters] = await Promise.all([
    listSyncRuns(env.DB, LISTED, null),
    listExports(env.DB, LISTED, null),
    describeModels(env),
    keptFiles("quarantine"),
    keptFiles("dead-letter"),
  ]);
  return {
    sync_runs: runs.map(describeRun),
    exports: exports.map(describeExport),
    models,
    quarantine: quarantine.map(describeQuarantineFile),
    dead_letters: deadLetters.map(describeDeadLetter),
  };
}
