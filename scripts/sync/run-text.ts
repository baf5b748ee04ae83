import { formatSeconds } from "../terminal/duration.ts";
import { formatTable } from "../terminal/table.ts";
import type { ListedRun, Pauses, SyncCounts, SyncRun } from "./sync-answer.ts";

const NOT_KNOWN = "–";

function took({ duration_seconds: seconds }: ListedRun): string {
  return seconds === null ? NOT_KNOWN : formatSeconds(seconds);
}

function behind({ lag_seconds: seconds }: ListedRun): string {
  return seconds === null ? NOT_KNOWN : formatSeconds(seconds);
}

/** What keeps entities of a run from being complete, one sentence each. */
export function troublesOf({ entities }: Pick<ListedRun, "entities">): string[] {
  return Object.entries(entities).flatMap(([entity, { state, reasons }]) =>
    state === "complete" ? [] : [`${entity} ${state}: ${reasons.join(" ") || "no reason was given."}`],
  );
}

/** One line on what is paused and how it goes on; null when nothing is. */
export function pausedLine({ all, entities }: Pauses): string | null {
  if (all) return "The sync is paused. It goes on with: endcap sync resume";
  if (entities.length === 0) return null;
  return `Paused: ${entities.join(", ")}. They go on with: endcap sync resume ${entities.join(" ")}`;
}

/** A table of runs. */
export function runTable(runs: readonly ListedRun[]): string[] {
  const sum = (run: ListedRun, count: keyof SyncCounts): string =>
    String(
      Object.entries(run.counts).reduce((total, [name, counts]) => total + (name === "vectors" ? 0 : counts[count]), 0),
    );
  const right = true;
  return formatTable(
    [
      { title: "RUN", right },
      { title: "STATE" },
      { title: "TRIGGER" },
      { title: "STARTED" },
      { title: "TOOK", right },
      { title: "BEHIND", right },
      { title: "READ", right },
      { title: "WRITTEN", right },
      { title: "DELETED", right },
      { title: "SET ASIDE", right },
      { title: "ID" },
    ],
    runs.map((run) => [
      String(run.run ?? NOT_KNOWN),
      run.state,
      run.trigger ?? NOT_KNOWN,
      run.started_at ?? NOT_KNOWN,
      took(run),
      behind(run),
      sum(run, "read"),
      sum(run, "written"),
      sum(run, "deleted"),
      sum(run, "quarantined"),
      run.run_id,
    ]),
  );
}

function countsTable(run: SyncRun): string[] {
  const names = [...new Set([...Object.keys(run.entities), ...Object.keys(run.counts)])];
  const right = true;
  const columns = ["READ", "COMPARED", "CHANGED", "WRITTEN", "DELETED", "SET ASIDE"].map((title) => ({ title, right }));
  return formatTable(
    [{ title: "ENTITY" }, { title: "STATE" }, ...columns],
    names.map((name) => {
      const counts = run.counts[name];
      const shown = counts && [
        counts.read,
        counts.compared,
        counts.changed,
        counts.written,
        counts.deleted,
        counts.quarantined,
      ];
      return [name, run.entities[name]?.state ?? "", ...(shown ?? []).map(String)];
    }),
  );
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", title, ...lines.map((line) => `  ${line}`)];
}

/** Everything about one run, for a person. */
export function runReport(run: SyncRun): string[] {
  const paused = pausedLine(run.paused);
  const drift = run.drift.map(
    ({ message, announcement_id: id }) => `${message}${id === null ? "" : ` (announced: ${id})`}`,
  );
  return [
    `Run ${run.run ?? NOT_KNOWN}: ${run.state}`,
    `  id       ${run.run_id}`,
    `  trigger  ${run.trigger ?? NOT_KNOWN}`,
    `  started  ${run.started_at ?? NOT_KNOWN}`,
    `  took     ${took(run)}`,
    `  behind   ${behind(run)}`,
    ...(run.announcement_id === null ? [] : [`  expected by the announcement ${run.announcement_id}`]),
    ...section("Rows", Object.keys(run.counts).length + Object.keys(run.entities).length > 0 ? countsTable(run) : []),
    ...section("Not complete", troublesOf(run)),
    ...section("Changes of the source's format", drift),
    ...section("Error", run.error === null ? [] : [run.error]),
    ...(paused === null ? [] : ["", paused]),
  ];
}
