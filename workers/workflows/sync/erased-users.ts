import { erasedAmong, erasedSince } from "../../../platform/d1/erased-user-store.ts";
import type { RuntimeEnv } from "../../../platform/env.ts";
import { pseudonymizer } from "../../../platform/pseudonym.ts";
import { dataSecret } from "../../../platform/quarantine/seal.ts";

/** Those of some users' ids that were erased on request. */
export async function erasedUsersAmong(
  env: Pick<RuntimeEnv, "DB" | "DATA_SECRET">,
  userIds: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  // Most shops have erased nobody yet: they do without a hash for every row.
  if (!(await erasedSince(env.DB, 0))) return new Set();
  const pseudonym = pseudonymizer(dataSecret(env));
  const idOf = new Map([...userIds].map((id) => [pseudonym(`u:${id}`), id]));
  const erased = await erasedAmong(env.DB, [...idOf.keys()]);
  return new Set([...erased].flatMap((one) => idOf.get(one) ?? []));
}
