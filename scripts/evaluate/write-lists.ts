import { once } from "node:events";
import { createWriteStream } from "node:fs";

import type { RankedList } from "../../domain/evaluation/evaluate.ts";
import { CommandError } from "../command.ts";
import { csvField } from "./csv.ts";

/**
 * Writes lists as CSV, `user_id,rank,item_id`, the best item with rank 1.
 * @throws CommandError when the file cannot be written
 */
export async function writeLists(path: string, lists: readonly RankedList[]): Promise<void> {
  const file = createWriteStream(path);
  try {
    await once(file, "open");
    file.write("user_id,rank,item_id\n");
    for (const { userId, itemIds } of lists) {
      const lines = itemIds.map((itemId, position) => `${csvField(userId)},${position + 1},${csvField(itemId)}\n`);
      if (!file.write(lines.join(""))) await once(file, "drain");
    }
    file.end();
    await once(file, "finish");
  } catch (error) {
    throw new CommandError(`${path} cannot be written: ${error instanceof Error ? error.message : "unknown cause"}`);
  }
}
