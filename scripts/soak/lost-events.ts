import { z } from "zod";

import { tellsConfirmed } from "../../domain/sessions/schedule.ts";
import { openSession } from "../../domain/sessions/stored-session.ts";
import { hasTable, type KeptAlarm, keptAlarm, type KeptObject, keptObjects } from "./kept-objects.ts";

/** How far an event got that is not in the lake, the farthest last. */
const STAGES = [
  "nowhere",
  /** A session knows it and would not offer it: what must never be. */
  "session_let_go",
  /** A session would offer it to the ledger. */
  "session_offers",
  /** A ledger knows its id and has it in no journal: then the lake should have it. */
  "ledger_done",
  "journal_sealed",
  "journal_open",
] as const;
type Stage = (typeof STAGES)[number];
const NONE: Readonly<Record<Stage, number>> = {
  nowhere: 0,
  session_let_go: 0,
  session_offers: 0,
  ledger_done: 0,
  journal_sealed: 0,
  journal_open: 0,
};

/** An object in which some of the events got as far as they did. */
interface HoldingObject {
  readonly object: string;
  readonly stages: Partial<Record<Stage, number>>;
  readonly alarm: KeptAlarm;
}

/** Where events are that were acknowledged and are not in the lake, as far as the objects' files tell. */
export interface LostEvents {
  /** How many of them got how far. */
  readonly stages: Readonly<Record<Stage, number>>;
  /** Those that hold most of them. */
  readonly objects: readonly HoldingObject[];
}

const LEDGER = "InteractionLedger";
const SESSION = "ShopperSession";
const OBJECTS_MAX = 20;
const ID_TABLES = ["ids_0", "ids_1", "ids_2"];
const ID_CHARACTERS = 8;

const valueSchema = z.object({ value: z.string() }).optional();
const stateSchema = z.object({ active: z.number(), sealed: z.array(z.object({ number: z.number() })) });
const eventsSchema = z.array(z.object({ event_id: z.string() }));

/** The value of an object's one packed row. */
function packedRow(object: KeptObject, table: string): string | null {
  if (!hasTable(object, table)) return null;
  return valueSchema.parse(object.database.prepare(`SELECT value FROM ${table}`).get())?.value ?? null;
}

function* journaled({ database }: KeptObject, number: number): Generator<string> {
  for (const row of database.prepare(`SELECT interactions AS value FROM journal_${number}`).iterate()) {
    const text = valueSchema.parse(row)?.value ?? "[]";
    for (const { event_id } of eventsSchema.parse(JSON.parse(text))) yield event_id;
  }
}

function* inLedger(object: KeptObject, wanted: string): Generator<[string, Stage]> {
  for (const table of ID_TABLES) {
    const known = object.database.prepare(
      `SELECT event_id AS value FROM ${table} WHERE event_id IN (SELECT value FROM json_each(?))`,
    );
    for (const row of known.iterate(wanted)) yield [valueSchema.parse(row)?.value ?? "", "ledger_done"];
  }
  const state = packedRow(object, "state");
  if (state === null) return;
  const { active, sealed } = stateSchema.parse(JSON.parse(state));
  for (const { number } of sealed) for (const id of journaled(object, number)) yield [id, "journal_sealed"];
  for (const id of journaled(object, active)) yield [id, "journal_open"];
}

function* inSession(object: KeptObject, alarm: KeptAlarm): Generator<[string, Stage]> {
  const text = packedRow(object, "session");
  if (text === null) return;
  const session = openSession(text);
  for (const id of session.event_ids) yield [id, "session_let_go"];
  // A row that is not written again says by its alarm that the ledger has everything.
  if (tellsConfirmed(session, alarm.set === null ? null : Date.parse(alarm.set))) return;
  for (const { event_id } of session.unconfirmed) yield [event_id, "session_offers"];
}

function countStages(stages: Iterable<Stage>): Partial<Record<Stage, number>> {
  const counts: Partial<Record<Stage, number>> = {};
  for (const stage of stages) counts[stage] = (counts[stage] ?? 0) + 1;
  return counts;
}

/**
 * Looks for events in what sessions and ledgers have kept.
 * @param stateFolder of a runtime that has ended
 */
export async function findLostEvents(stateFolder: string, eventIds: readonly string[]): Promise<LostEvents> {
  const farthest = new Map<string, Stage>(eventIds.map((id) => [id, "nowhere"]));
  const wanted = JSON.stringify(eventIds);
  const holders: { readonly object: string; readonly alarm: KeptAlarm; readonly held: Map<string, Stage> }[] = [];
  for (const className of [SESSION, LEDGER]) {
    for await (const object of keptObjects(stateFolder, className)) {
      const alarm = keptAlarm(stateFolder, className, object);
      const held = new Map<string, Stage>();
      for (const [id, stage] of className === LEDGER ? inLedger(object, wanted) : inSession(object, alarm)) {
        const before = farthest.get(id);
        if (before === undefined || STAGES.indexOf(stage) < STAGES.indexOf(before)) continue;
        held.set(id, stage);
        farthest.set(id, stage);
      }
      if (held.size > 0) holders.push({ object: `${className} ${object.id.slice(0, ID_CHARACTERS)}`, alarm, held });
    }
  }
  const objects = holders
    .map(({ object, alarm, held }) => {
      // Where an event got farther elsewhere, this object has done its part.
      const stages = [...held].filter(([id, stage]) => farthest.get(id) === stage).map(([, stage]) => stage);
      return { events: stages.length, holding: { object, stages: countStages(stages), alarm } };
    })
    .filter(({ events }) => events > 0)
    .toSorted((left, right) => right.events - left.events)
    .slice(0, OBJECTS_MAX);
  return {
    stages: { ...NONE, ...countStages(farthest.values()) },
    objects: objects.map(({ holding }) => holding),
  };
}
