import { HOUR_MILLISECONDS } from "../../domain/lake/lake-keys.ts";
import { LAKE_TABLES, type LakeTableName } from "../../domain/lake/lake-table.ts";
import { CommandError } from "../command.ts";

/** Which part of the lake a command is about. */
export interface LakeRange {
  readonly tables: readonly LakeTableName[];
  /** Hours of ingest that begin at or after this; milliseconds since 1970 UTC. */
  readonly from: number;
  /** Hours that begin before this. */
  readonly to: number;
}

const MOMENT_PATTERN = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}))?$/;
const DAY_HOURS = 24;

/** @returns the beginning of the day or hour, and how long it is; both in milliseconds */
function moment(option: string, text: string): { begin: number; length: number } {
  const [, date, hour] = MOMENT_PATTERN.exec(text) ?? [];
  const begin = Date.parse(`${date}T${hour ?? "00"}:00:00.000Z`);
  if (Number.isNaN(begin)) {
    throw new CommandError(`${option} ${text} is neither a day (2026-11-21) nor an hour (2026-11-21T09) of UTC.`);
  }
  return { begin, length: (hour === undefined ? DAY_HOURS : 1) * HOUR_MILLISECONDS };
}

/**
 * Reads `--table`, `--from` and `--to`; `--to` names the last day or hour that is in.
 * @throws CommandError for what is not one
 */
export function lakeRange(options: {
  readonly table?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}): LakeRange {
  const table = LAKE_TABLES.find((name) => name === options.table);
  if (options.table !== undefined && table === undefined) {
    throw new CommandError(`There is no table "${options.table}" in the lake: use ${LAKE_TABLES.join(", ")}.`);
  }
  const from = options.from === undefined ? 0 : moment("--from", options.from).begin;
  const last = options.to === undefined ? null : moment("--to", options.to);
  const to = last === null ? Infinity : last.begin + last.length;
  if (from >= to) throw new CommandError("--from lies behind --to: nothing is between them.");
  return { tables: table === undefined ? LAKE_TABLES : [table], from, to };
}
