import { z } from "zod";

import type { Dialect } from "./address.ts";

/** Every value is asked for as text, in both dialects. */
export const rowsSchema = z.array(z.record(z.string(), z.string().nullable()));
export type Rows = z.infer<typeof rowsSchema>;

/** A connection that can only read: each statement is a read-only transaction of its own with a time limit. */
export interface Session {
  readonly dialect: Dialect;
  /** The server's name and version, as it calls itself. */
  readonly version: string;
  /** @throws CommandError in one line without the password */
  read(sql: string): Promise<Rows>;
  /** A name, quoted. */
  name(identifier: string): string;
  /** A text as a literal. */
  text(value: string): string;
  close(): Promise<void>;
}
