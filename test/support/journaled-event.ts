import { type Interaction, interactionSchema } from "../../domain/events/interaction.ts";
import type { TestRuntime } from "./runtime.ts";

/**
 * An event as a ledger took it, null while it is in none of the ledger's journals.
 * @param name of the ledger object (domain/ledger/routing.ts)
 */
export async function journaledEvent(
  { harness }: TestRuntime,
  name: string,
  eventId: string,
): Promise<Interaction | null> {
  const storage = await harness.getWorker<Env>().getDurableObjectStorage("INTERACTION_LEDGER", { name });
  const tables = await storage.exec<{ name: string }>("SELECT name FROM sqlite_master WHERE name GLOB 'journal_*'");
  for (const table of tables) {
    const rows = await storage.exec<{ interactions: string }>(`SELECT interactions FROM ${table.name}`);
    const found = rows
      .flatMap((row) => interactionSchema.array().parse(JSON.parse(row.interactions)))
      .find((interaction) => interaction.event_id === eventId);
    if (found !== undefined) return found;
  }
  return null;
}
