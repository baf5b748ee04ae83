import { z } from "zod";

/** What a secret key may do. `admin` implies every other scope. */
export const SCOPES = [
  "events:write",
  "recommendations:read",
  "users:write",
  "items:write",
  "sync:run",
  "exports:read",
  "exports:write",
  "exports:raw",
  "models:write",
  "analytics:read",
  "config:write",
  "admin",
] as const;
export type Scope = (typeof SCOPES)[number];

const keySchema = z.strictObject({
  /** Shown in lists and logs; says nothing about the key itself. */
  id: z.string(),
  kind: z.enum(["publishable", "secret"]),
  /** SHA-256 of the key in hexadecimal: the key itself is never stored. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  scopes: z.array(z.enum(SCOPES)).default([]),
  /** Origins from which browsers may use a publishable key; `*` is any. */
  origins: z.array(z.string()).default([]),
});
export type ApiKey = z.infer<typeof keySchema>;

/**
 * `control.json`: the one small object through which every change that must be felt everywhere within seconds reaches
 * every isolate. Written by compare-and-swap, read on the answer's path (from memory while it is young).
 */
export const controlSchema = z.strictObject({
  format: z.literal(1),
  updated_at: z.iso.datetime(),
  keys: z.array(keySchema),
  model: z.strictObject({
    active: z.string().nullable(),
    previous: z.string().nullable(),
    /** A model that also ranks a share of the requests, off the answer's path; absent = none. */
    shadow: z.strictObject({ version: z.string(), share: z.number().gt(0).max(1) }).optional(),
  }),
  /** The catalogue snapshot to serve, null before the first sync. */
  catalogue: z.strictObject({ version: z.string() }).nullable(),
  /** Items hidden by hand, whatever the source says. */
  hidden: z.array(z.string()).default([]),
});
export type Control = z.infer<typeof controlSchema>;

export const CONTROL_OBJECT_KEY = "control.json";
/** Younger than this, an isolate's copy is used without asking. */
export const CONTROL_FRESH_MILLISECONDS = 5_000;
/** An older copy is renewed beside the session call, and waited for at most this long. */
export const CONTROL_DEADLINE_MILLISECONDS = 50;

/** The document of a deployment that has just been made: no keys, no model, no catalogue. */
export function emptyControl(now: Date): Control {
  return {
    format: 1,
    updated_at: now.toISOString(),
    keys: [],
    model: { active: null, previous: null },
    catalogue: null,
    hidden: [],
  };
}
