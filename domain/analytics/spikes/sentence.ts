import { HOUR_MILLISECONDS } from "../../ledger/limits.ts";
import type { NewNotice } from "../../sync/notices.ts";
import type { Scope, Signal } from "./judge.ts";

/** What a notice says of a spike. Times are milliseconds since 1970 UTC. */
export interface ToldSpike {
  readonly scope: Scope;
  readonly subject: string;
  /** Of the item; null for a line, and for an item that nobody knows. */
  readonly name: string | null;
  readonly signal: Signal;
  readonly startedAt: number;
  readonly seenAt: number;
  readonly hour: number;
  readonly observed: number;
  readonly expected: number;
}

/** Below this a decimal says something. */
const DECIMALS_BELOW = 10;

function amount(count: number): string {
  return count < DECIMALS_BELOW ? String(Number(count.toFixed(1))) : String(Math.round(count));
}

/** `2026-11-21 14:05` */
function minute(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, "2026-11-21T14:05".length).replace("T", " ");
}

function clock(milliseconds: number): string {
  return minute(milliseconds).slice("2026-11-21 ".length);
}

function subjectOf({ scope, subject, name }: ToldSpike): string {
  if (scope === "line") return subject === "" ? "What is of no line" : `The line ${subject}`;
  return name === null ? `Item ${subject}` : `${name} (${subject})`;
}

/** The subject of a spike's notice: the same for as long as it is open. */
export function noticeSubject({ scope, signal, subject }: Pick<ToldSpike, "scope" | "signal" | "subject">): string {
  return `${scope} ${signal} ${subject}`;
}

/** What people are told of a spike: of what, how many instead of how many, since when. */
export function spikeNotice(spike: ToldSpike): NewNotice {
  const { signal, hour, observed, expected, seenAt, startedAt } = spike;
  const until = Math.min(seenAt, hour + HOUR_MILLISECONDS);
  const more = signal === "interest" ? "is looked at" : "sells";
  const counted = signal === "interest" ? "views" : "orders";
  return {
    kind: "demand_spike",
    subject: noticeSubject(spike),
    message:
      `${subjectOf(spike)} ${more} far more than usual since ${minute(startedAt)} UTC: ` +
      `${amount(observed)} ${counted} instead of ${amount(expected)} between ${clock(hour)} and ${clock(until)}.`,
    announcementId: null,
  };
}
