import type { ExpectedHour } from "../../../domain/analytics/spikes/expected-hours.ts";
import { rounded } from "../../../domain/analytics/reports/rounded.ts";
import type { SpikeGroup, SpikeRecord } from "../../../platform/d1/analytics/spike-store.ts";
import { isoTime } from "../list.ts";
import type { ReportRow } from "./respond.ts";

/** Columns of a spike, in the order of a table. */
export const SPIKE_COLUMNS = [
  "id",
  "scope",
  "subject",
  "name",
  "line",
  "signal",
  "started_at",
  "seen_at",
  "ended_at",
  "hour",
  "observed",
  "expected",
  "ratio",
  "p_value",
  "peak_ratio",
  "peak_hour",
] as const;

/** A spike as callers see it. */
export function spikeRow(spike: SpikeRecord): ReportRow {
  return {
    id: spike.id,
    scope: spike.scope,
    subject: spike.subject,
    name: spike.name ?? spike.subject,
    line: spike.line,
    signal: spike.signal,
    started_at: isoTime(spike.startedAt),
    seen_at: isoTime(spike.seenAt),
    ended_at: isoTime(spike.endedAt),
    hour: isoTime(spike.hour),
    observed: spike.observed,
    expected: rounded(spike.expected),
    ratio: rounded(spike.observed / spike.expected),
    p_value: spike.pValue,
    peak_ratio: rounded(spike.peakRatio),
    peak_hour: isoTime(spike.peakHour),
  };
}

/** Columns of spikes counted, after those of the dimensions. */
export const SPIKE_GROUP_COLUMNS = ["spikes", "open", "peak_ratio"] as const;

/** Spikes counted, as callers see them. */
export function spikeGroupRow({ peakRatio, ...group }: SpikeGroup): ReportRow {
  return { ...group, peak_ratio: rounded(peakRatio) };
}

export const SERIES_COLUMNS = ["time", "observed", "expected"] as const;

/** An hour of a spike's series as callers see it. */
export function seriesRow({ hour, observed, expected }: ExpectedHour): ReportRow {
  return { time: isoTime(hour), observed, expected: expected === null ? null : rounded(expected) };
}
