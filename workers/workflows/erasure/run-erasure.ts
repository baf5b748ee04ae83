import { type ErasureParams, newRecord, type Removed } from "../../../domain/erasure/record.ts";
import { messageOf } from "../../../platform/logger.ts";
import { ErasureContext, type ErasureDeps } from "./context.ts";
import { eraseLive } from "./erase-live.ts";
import { eraseStored } from "./erase-stored.ts";

/**
 * Erases a user everywhere: sessions and ledger first, which keep nothing of them from then on; then what is stored. Each
 * step may be repeated, and a run that is resumed goes on behind the last one that was done.
 * @returns what was removed where
 */
export async function runErasure(deps: ErasureDeps, params: ErasureParams): Promise<Removed> {
  const { erasure_id: id, user_id: userId, previous_id: previousId } = params;
  const begun = await deps.step("begin", async () => {
    const previous = previousId === null ? null : await deps.readRecord(previousId);
    return { clients: previous?.clients ?? [], at: deps.now() };
  });
  const context = new ErasureContext(deps, id, { ...newRecord(begun.at), clients: begun.clients });
  try {
    const forgotten = await eraseLive(context, userId, begun.clients);
    await eraseStored(context, userId, forgotten);
  } catch (error) {
    await deps.step("failed", () => context.end(messageOf(error)).then(() => null));
    throw error;
  }
  await deps.step("complete", () => context.end(null).then(() => null));
  return context.removed;
}
