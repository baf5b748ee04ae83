import { erasedAmong } from "../../../platform/d1/erased-user-store.ts";
import type { RuntimeEnv } from "../../../platform/env.ts";
import { pseudonymizer } from "../../../platform/pseudonym.ts";
import { dataSecret } from "../../../platform/quarantine/seal.ts";
import { ApiError } from "../errors.ts";

/** The refusal of a push about a user who was erased. */
export function userErased(): ApiError {
  return new ApiError(
    "user_erased",
    "This user was erased on request, and nothing of them is kept any more. Whoever comes back needs another user id.",
  );
}

/** Those of some users' ids that were erased. */
export async function erasedUserIds(
  env: Pick<RuntimeEnv, "DB" | "DATA_SECRET">,
  userIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const pseudonym = pseudonymizer(dataSecret(env));
  const idOf = new Map(userIds.map((id) => [pseudonym(`u:${id}`), id]));
  const erased = await erasedAmong(env.DB, [...idOf.keys()]);
  return new Set([...erased].flatMap((one) => idOf.get(one) ?? []));
}
