import { z } from "zod";

import type { FeatureValue, FeatureValues } from "../catalogue/records.ts";

/** One pushed value, and what the source said when it came. */
export interface PushedField {
  readonly value: FeatureValue;
  /** Milliseconds since 1970 UTC. */
  readonly at: number;
  /** The source's own value at that time: while it says the same, the push holds. Null too for a row it does not have. */
  readonly sourceValue: FeatureValue;
  /** What the source said last, while the push holds against it although it is neither of the other two. */
  readonly seen?: FeatureValue;
}

/** Field name → what was pushed. Fields of an item or user by their column's name, features as `feature:<name>`. */
export type PushedFields = Readonly<Record<string, PushedField>>;

/** What a field's name begins with when it is a feature. */
export const FEATURE_PREFIX = "feature:";

const value = z.union([z.string(), z.number(), z.boolean(), z.null()]);
/** A pushed field as it is stored. */
export const pushedFieldSchema = z
  .object({ value, at: z.number(), sourceValue: value, seen: value.optional() })
  .transform(({ seen, ...field }): PushedField => (seen === undefined ? field : { ...field, seen }));

/** What the source is known to say of a pushed field. */
export function saidLast(field: PushedField): FeatureValue {
  return field.seen === undefined ? field.sourceValue : field.seen;
}

function keepField(field: PushedField, said: FeatureValue, now: number, holdMilliseconds: number): PushedField | null {
  const { value: pushed, at, sourceValue } = field;
  // Pushed after the source was read: whatever it said then was true before the push.
  if (at >= now) return { value: pushed, at, sourceValue: said };
  const young = now - at < holdMilliseconds;
  // The source has caught up. From here on it says what was pushed, so that any other value is a later one.
  if (said === pushed) return young ? { value: pushed, at, sourceValue: pushed } : null;
  if (said === sourceValue) return { value: pushed, at, sourceValue };
  return young ? { value: pushed, at, sourceValue, seen: said } : null;
}

/**
 * Which pushed fields still hold, now that the source's record was read again: the later fact wins.
 *
 * A field holds while the source says what it said when the push came, and in any case while the push is younger than
 * the hold time: a replica may be behind, and what it shows then may be older than the push. That makes a young push
 * independent of the order in which replicas answer: one that has caught up, and after it one that is still behind,
 * change nothing. So a push is not dropped as soon as the source says the same, which would leave it unprotected
 * against the replica behind; it is only noted that the source has come to say it (`sourceValue`), or what else it says
 * (`seen`). When the hold time is over the source's last word counts: what was pushed (the push is redundant), what it
 * had said before and never stopped saying (the push holds on), or something else (the source wins).
 * @param source the source's own record by field name; a field that it lacks reads as null
 * @param now milliseconds since 1970 UTC, no later than when the source was read
 */
export function keepPushed(
  fields: PushedFields,
  source: Readonly<FeatureValues>,
  now: number,
  holdSeconds: number,
): PushedFields {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, field]) => {
      const said = Object.hasOwn(source, name) ? (source[name] ?? null) : null;
      const kept = keepField(field, said, now, holdSeconds * 1000);
      return kept === null ? [] : [[name, kept]];
    }),
  );
}

/**
 * The same where the source has nothing new to say: a push that held against the source because it was young, or that
 * the source has confirmed, ends with its hold time, although no row was read again.
 */
export function settlePushed(fields: PushedFields, now: number, holdSeconds: number): PushedFields {
  const said = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, saidLast(field)]));
  return keepPushed(fields, said, now, holdSeconds);
}
