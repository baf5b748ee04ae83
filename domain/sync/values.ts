import type { FeatureValue } from "../catalogue/records.ts";
import { FEATURE_TEXT_MAX_LENGTH } from "./limits.ts";
import type { ColumnDescription } from "./replica.ts";

const DATE_PATTERN = /^(\d{4})-(\d{2})-(\d{2})$/;
const DATETIME_PATTERN =
  /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?\s*(Z|[+-]\d{2}(?::?\d{2})?)?$/;
const TRUE_TEXTS: ReadonlySet<string> = new Set(["1", "t", "true", "y", "yes", "on"]);
const FALSE_TEXTS: ReadonlySet<string> = new Set(["0", "f", "false", "n", "no", "off"]);
/** A number above this is milliseconds since 1970, below it seconds (which reach it in the year 5138). */
const EPOCH_SECONDS_MAX = 100_000_000_000;

/** A moment of the source. */
export interface SourceTime {
  /** Milliseconds since 1970 UTC. */
  readonly at: number;
  /** True where the source knows only the day. */
  readonly dateOnly: boolean;
}

/** A finite number, or null for anything else (`NaN`, empty, words). */
export function toNumber(text: string | null): number | null {
  if (text === null || text.trim() === "") return null;
  const number = Number(text);
  return Number.isFinite(number) ? number : null;
}

/** True for any number but 0 and for the usual words for yes. */
export function toTruth(text: string | null): boolean {
  if (text === null) return false;
  const number = toNumber(text);
  return number === null ? TRUE_TEXTS.has(text.trim().toLowerCase()) : number !== 0;
}

/**
 * Whether a row says of itself that it is gone: its column of deletion holds a time, or a truth.
 * @param kind what the column holds; a text is a truth when it is one of the usual words, else anything but empty
 */
export function toGone(text: string | null, kind: ColumnDescription["kind"]): boolean {
  if (text === null || text.trim() === "") return false;
  if (kind === "boolean" || kind === "number") return toTruth(text);
  const word = text.trim().toLowerCase();
  return !FALSE_TEXTS.has(word) && !word.startsWith("0000-00-00");
}

function utc(year: number, month: number, day: number, milliseconds: number): number | null {
  const midnight = Date.UTC(year, month - 1, day);
  const date = new Date(midnight);
  // Date.UTC rolls 31 February over into March, and 0000-00-00 into the past: neither is a date.
  if (year < 1 || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  return midnight + milliseconds;
}

function offsetMilliseconds(offset: string | undefined): number {
  if (offset === undefined || offset === "Z") return 0;
  const digits = offset.slice(1).replace(":", "").padEnd(4, "0");
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
  return (offset.startsWith("-") ? -minutes : minutes) * 60_000;
}

/**
 * Reads a date or time as either dialect writes it, or seconds or milliseconds since 1970. A time without a zone is UTC.
 * @returns null for what is none: words, zero dates, `infinity`
 */
export function toTime(text: string | null, column: ColumnDescription): SourceTime | null {
  if (text === null) return null;
  if (column.kind === "number") {
    const number = toNumber(text);
    if (number === null) return null;
    return { at: Math.round(Math.abs(number) < EPOCH_SECONDS_MAX ? number * 1000 : number), dateOnly: false };
  }
  const date = DATE_PATTERN.exec(text);
  if (date !== null) {
    const at = utc(Number(date[1]), Number(date[2]), Number(date[3]), 0);
    return at === null ? null : { at, dateOnly: true };
  }
  const time = DATETIME_PATTERN.exec(text);
  if (time === null) return null;
  const [hours, minutes, seconds] = [Number(time[4]), Number(time[5]), Number(time[6])];
  if (hours > 23 || minutes > 59 || seconds > 60) return null;
  const fraction = Math.trunc(Number(`0.${time[7] ?? "0"}`) * 1000);
  const inDay = ((hours * 60 + minutes) * 60 + seconds) * 1000 + fraction;
  const at = utc(Number(time[1]), Number(time[2]), Number(time[3]), inDay);
  return at === null ? null : { at: at - offsetMilliseconds(time[8]), dateOnly: false };
}

/** Cuts a text without splitting a character. */
export function cutText(text: string, length: number): string {
  if (text.length <= length) return text;
  const cut = text.slice(0, length);
  return /[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut;
}

/** A text as the source means it: PostgreSQL pads `character(n)` with spaces that are no part of the value. */
export function toText(text: string, column: ColumnDescription): string {
  return column.type === "bpchar" ? text.trimEnd() : text;
}

/**
 * One cell as a feature: the same value whichever dialect it came from. Decimals become numbers, dates ISO 8601 text;
 * a value that is none of its kind (`NaN`, zero dates) becomes null, long texts are cut.
 */
export function toFeature(text: string | null, column: ColumnDescription): FeatureValue {
  if (text === null) return null;
  switch (column.kind) {
    case "number":
      return toNumber(text);
    case "boolean":
      return toTruth(text);
    case "date":
    case "datetime": {
      const time = toTime(text, column);
      if (time === null) return null;
      const iso = new Date(time.at).toISOString();
      return time.dateOnly ? iso.slice(0, 10) : iso;
    }
    case "text":
    case "json":
    case "uuid":
      return cutText(toText(text, column), FEATURE_TEXT_MAX_LENGTH);
    case "binary":
      return null;
  }
}
