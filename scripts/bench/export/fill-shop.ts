import { startStep } from "../../terminal/progress.ts";
import { post } from "./run.ts";
import { startExportRuntime } from "./runtime.ts";
import { ROWS_PER_USER } from "./shop.ts";

/** Users that one request fills in: each shard writes its part of them in one transaction. */
const USERS_PER_REQUEST = 10_000;

/** Makes a shop with so many users, in a process that ends with it. @param folder takes what the shop is */
export async function fillShop(script: string, folder: string, users: number): Promise<void> {
  const progress = startStep(`Filling in ${users} users and ${users * ROWS_PER_USER} rows of the ledger`);
  const runtime = await startExportRuntime({ script, folder, isNew: true });
  try {
    const now = Date.now();
    await post(runtime.url, "/bench/items");
    for (let first = 0; first < users; first += USERS_PER_REQUEST) {
      const end = Math.min(users, first + USERS_PER_REQUEST);
      await post(runtime.url, "/bench/users", { first, end, now });
      progress.update(end, users);
    }
    await post(runtime.url, "/bench/age");
  } finally {
    await runtime.close();
  }
  progress.done();
}
