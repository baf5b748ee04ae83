import type { ApiClient } from "../runtime/api-client.ts";
import { formatTable } from "../terminal/table.ts";
import { type ModelAnswer, modelPageSchema } from "./model-answer.ts";

/** What trainers call it in `metrics`, of the model itself … */
const NDCG = /ndcg/i;
/** … and not of what it was measured against. */
const BASELINE = /popular/i;
const DIGITS = 4;
const PERCENT = 100;

/** Every model version of the deployment. */
export async function readModels(api: ApiClient): Promise<ModelAnswer[]> {
  const models: ModelAnswer[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const page = modelPageSchema.parse(
      await api.request("GET", `/v1/models${cursor === "" ? "" : `?cursor=${encodeURIComponent(cursor)}`}`),
    );
    models.push(...page.data);
    cursor = page.next_cursor;
  }
  return models;
}

/** A moment to the minute, as a person reads it; UTC. */
export function minuteOf(iso: string | null): string {
  return iso === null ? "–" : iso.slice(0, "2026-11-21T00:00".length).replace("T", " ");
}

/** A share as a percentage. */
export function percentOf(share: number): string {
  return `${Number((share * PERCENT).toFixed(1))} %`;
}

function figure(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(DIGITS);
}

function ndcgOf({ metrics }: ModelAnswer): string {
  const [name] = Object.keys(metrics).filter((metric) => NDCG.test(metric) && !BASELINE.test(metric));
  const value = name === undefined ? undefined : metrics[name];
  return value === undefined ? "–" : value.toFixed(DIGITS);
}

/** The newest first, one version a line. */
export function modelLines(models: readonly ModelAnswer[]): string[] {
  const newestFirst = models.toSorted((one, other) => (other.published_at ?? "").localeCompare(one.published_at ?? ""));
  return formatTable(
    [
      { title: "version" },
      { title: "state" },
      { title: "nDCG", right: true },
      { title: "published (UTC)" },
      { title: "activated (UTC)" },
      { title: "shadow share", right: true },
    ],
    newestFirst.map((model) => [
      model.version,
      model.previous && model.state === "indexed" ? "indexed, previous" : model.state,
      ndcgOf(model),
      minuteOf(model.published_at),
      minuteOf(model.activated_at),
      model.shadow_share === null ? "–" : percentOf(model.shadow_share),
    ]),
  );
}

/** One version with all that is known of it. */
export function describeModel(model: ModelAnswer): string[] {
  const facts: [string, string | null][] = [
    ["version", model.version],
    ["state", model.state],
    ["description", model.description === "" ? null : model.description],
    ["embeddings", model.dimension === null ? null : `${model.dimension} numbers, ${model.metric}`],
    ["trained on", model.source_export === null ? null : `export ${model.source_export}`],
    ["published", minuteOf(model.published_at)],
    ["activated", minuteOf(model.activated_at)],
    ["retired", model.retired_at === null ? null : minuteOf(model.retired_at)],
    ["roll-back", model.previous ? "goes to this one" : null],
    ["shadow of", model.shadow_share === null ? null : `${percentOf(model.shadow_share)} of the requests`],
    ["files", Object.keys(model.files).join(", ")],
    ...Object.entries(model.metrics).map(([name, value]): [string, string] => [name, figure(value)]),
    ...model.problems.map((problem): [string, string] => ["problem", problem]),
  ];
  const known = facts.filter((fact): fact is [string, string] => fact[1] !== null && fact[1] !== "");
  return formatTable([{ title: "" }, { title: "" }], known).slice(1);
}
