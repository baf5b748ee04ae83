import type { Doer } from "./shopper.ts";

/** An event in the words of the API. */
export interface TrackedEvent {
  readonly event_id: string;
  readonly name: string;
  /** ISO 8601, when it happened. */
  readonly timestamp: string;
  readonly params: Record<string, unknown>;
}

/** An event that waits to be sent. */
export interface WaitingEvent extends Doer {
  readonly event: TrackedEvent;
}

const STORAGE_KEY = "endcap.events";
const KEPT_MAX = 200;
/** Endcap refuses what is older. */
const KEPT_MILLISECONDS = 72 * 60 * 60 * 1000;

/** Stands in for localStorage where that is forbidden or full. */
let memory: readonly WaitingEvent[] | null = null;

/** Every event that is kept, oldest first; those of other tabs, too. */
export function keptEvents(): readonly WaitingEvent[] {
  if (memory !== null) return memory;
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter((entry) => entry?.event?.event_id) : [];
  } catch {
    return [];
  }
}

function write(events: readonly WaitingEvent[]): void {
  try {
    if (events.length === 0) localStorage.removeItem(STORAGE_KEY);
    else if (memory === null) localStorage.setItem(STORAGE_KEY, JSON.stringify(events));
    if (memory === null) return;
  } catch {
    // Kept for this page, at least.
  }
  memory = events;
}

/** Keeps the newest events that Endcap would still take. */
export function keepEvents(events: readonly WaitingEvent[]): void {
  const oldest = Date.now() - KEPT_MILLISECONDS;
  const young = [...keptEvents(), ...events].filter(({ event }) => Date.parse(event.timestamp) > oldest);
  write(young.slice(-KEPT_MAX));
}

/** Lets go of events that are done with. */
export function forgetEvents(events: readonly WaitingEvent[]): void {
  const done = new Set(events.map(({ event }) => event.event_id));
  write(keptEvents().filter(({ event }) => !done.has(event.event_id)));
}

/** Lets go of everything. */
export function forgetAllEvents(): void {
  write([]);
}
