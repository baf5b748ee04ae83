import config from "#shop-config";
import { userFeatures } from "../../../../domain/catalogue/features.ts";
import type { EmbeddingRow } from "../../../../domain/models/embeddings-csv.ts";
import type { Model } from "../../../../domain/models/model.ts";
import { sampleUsers } from "../../../../platform/d1/user-features.ts";
import type { RuntimeEnv } from "../../../../platform/env.ts";
import type { Findings } from "../findings.ts";
import type { Probe } from "./smoke-ranking.ts";

/** Shoppers of each sort for whom a model is tried. */
export const PROBES_OF_A_SORT = 4;

/**
 * Embeds some of the shop's users (with features, and with their country only), somebody of whom nothing is known, and
 * users that the model ships by id.
 */
export async function makeProbes(
  env: RuntimeEnv,
  model: Model,
  shipped: readonly EmbeddingRow[],
  findings: Findings,
): Promise<Probe[]> {
  const probes: Probe[] = [];
  const add = (name: string, embedding: Float32Array | null): void => {
    if (embedding === null) return;
    if (embedding.every(Number.isFinite)) probes.push({ name, embedding });
    else findings.problemOf("the users' embeddings", `The embedding of ${name} is not finite.`);
  };
  const { columns } = config.source.users;
  const users = await sampleUsers(env.DB, PROBES_OF_A_SORT);
  for (const { userId, features, country } of users)
    add(`the user "${userId}"`, model.embedUser(userFeatures(features, country, columns)));
  for (const country of new Set(users.map((user) => user.country)))
    if (country !== null) add(`a shopper from ${country}`, model.embedUser(userFeatures(null, country)));
  add("a shopper of whom nothing is known", model.embedUser({}));
  for (const { id, embedding } of shipped) add(`the user "${id}"`, embedding);
  return probes;
}
