import { CommandError } from "../command.ts";
import { startStep } from "../terminal/progress.ts";
import type { Database } from "./database.ts";
import { type Guess, guessConfiguration, questionsOf } from "./guess.ts";
import { type DatabaseAddress, describeAddress } from "./read/address.ts";
import { ask } from "./read/ask.ts";
import { describeDatabase } from "./read/describe-database.ts";
import { openSession } from "./read/open-session.ts";

/** A database and what was made of it. */
export interface Inspection {
  readonly database: Database;
  readonly guess: Guess;
}

/**
 * Looks at a database, reading only.
 * @param schema the schema to look at; null for the one that a connection finds by itself
 * @throws CommandError in one line when it cannot be read
 */
export async function inspectDatabase(address: DatabaseAddress, schema: string | null): Promise<Inspection> {
  const step = startStep(`Looking at the ${describeAddress(address)}`);
  try {
    const session = await openSession(address);
    try {
      const database = await describeDatabase(session, address, schema, (done, total) => step.update(done, total));
      const guess = guessConfiguration(database, await ask(session, database, questionsOf(database)));
      step.done(`${session.version}, ${database.tables.length} tables`);
      return { database, guess };
    } finally {
      await session.close();
    }
  } catch (error) {
    step.fail("failed");
    if (error instanceof CommandError) throw error;
    throw new CommandError(`The ${describeAddress(address)} cannot be understood: ${String(error)}`, { cause: error });
  }
}
