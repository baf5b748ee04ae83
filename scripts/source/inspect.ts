import { CommandError } from "../command.ts";
import type { Database } from "./database.ts";
import { type Guess, guessConfiguration, questionsOf } from "./guess.ts";
import { type DatabaseAddress, describeAddress } from "./read/address.ts";
import { ask } from "./read/ask.ts";
import { describeDatabase } from "./read/describe-database.ts";
import { openSession } from "./read/open-session.ts";

/** A database and what was made of it. */
export interface Inspection {
  /** The server's name and version, as it calls itself. */
  readonly server: string;
  readonly database: Database;
  readonly guess: Guess;
}

/**
 * Looks at a database, reading only.
 * @param schemas the schemas to look at; empty for the one that a connection finds by itself
 * @param onTable called after each table that was looked at
 * @throws CommandError in one line when it cannot be read
 */
export async function inspectDatabase(
  address: DatabaseAddress,
  schemas: readonly string[],
  onTable: (done: number, total: number) => void,
): Promise<Inspection> {
  const session = await openSession(address);
  try {
    const database = await describeDatabase(session, address, schemas, onTable);
    const guess = guessConfiguration(database, await ask(session, database, questionsOf(database)));
    return { server: session.version, database, guess };
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(`The ${describeAddress(address)} cannot be understood: ${String(error)}`, { cause: error });
  } finally {
    await session.close();
  }
}
