import type { z } from "zod";

import type { Scope } from "../../../domain/control/control.ts";
import type { ErrorCode } from "../errors.ts";

/** Who may call. */
export type Access =
  | { readonly kind: "everybody" }
  /** A publishable key, or a secret one with these scopes (all of them). */
  | { readonly kind: "shopper"; readonly scope: Scope }
  /** A secret key with all of these scopes. */
  | { readonly kind: "server"; readonly scopes: readonly Scope[] }
  /** A secret key with one of these scopes. */
  | { readonly kind: "anyOf"; readonly scopes: readonly Scope[] }
  /** The same, or whoever signed in at the dashboard. */
  | { readonly kind: "viewer"; readonly scopes: readonly Scope[] };

/** An answer that is no refusal. */
export interface Answer {
  readonly status: 200 | 201 | 202 | 204;
  readonly description: string;
  /** Null for an answer without a body. Strict, so that tests notice a member that nobody described. */
  readonly schema: z.ZodType | null;
  /** What such an answer looks like; left out where there is none to show. */
  readonly example?: unknown;
  /** Headers that a caller may want to read, and what they say. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Media types beside JSON, and what is in them. */
  readonly alsoAs?: Readonly<Record<string, string>>;
}

/** A request that works, shown in the pages and sent by tests. */
export interface RequestExample {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** What one call does, takes and gives. */
export interface Operation {
  readonly method: "get" | "post" | "put" | "patch" | "delete";
  /** With `{name}` for what varies. */
  readonly path: `/v1/${string}`;
  /** Names the call in clients: never changes. */
  readonly id: string;
  readonly summary: string;
  /** Markdown. */
  readonly description?: string;
  readonly access: Access;
  /** What the route parses the query with. */
  readonly query?: z.ZodType;
  /** What the route parses the body with; `optional` where the call may come without one. */
  readonly body?: { readonly schema: z.ZodType; readonly optional?: boolean };
  /** Headers of a request beside those that every call has, and what they mean. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What path, query and body members mean, by name; common ones need no words here (parameters.ts). */
  readonly fields?: Readonly<Record<string, string>>;
  readonly answers: readonly [Answer, ...Answer[]];
  /** Refusals beside those that follow from access, query and body (refusals.ts). */
  readonly refusals?: readonly ErrorCode[];
  readonly example: RequestExample;
}

/** Calls that belong together. */
export interface Resource {
  readonly name: string;
  /** Markdown. */
  readonly description: string;
  readonly operations: readonly Operation[];
}
