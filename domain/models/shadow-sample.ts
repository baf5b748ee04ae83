import { hash32 } from "../hash.ts";

const HASHES = 2 ** 32;
/** Any number but the default one: an id's hash decides other things too. */
const SAMPLE_SEED = 7;

/**
 * True for the given share of all answers. The answer's own id decides, which is random: no state, no bias, and the
 * lake's `recommendation_id` tells later which answers were compared.
 * @param recommendationId whole, or up to its first dot as the lake has it
 * @param share 0–1
 */
export function isSampled(recommendationId: string, share: number): boolean {
  const end = recommendationId.indexOf(".");
  const name = end === -1 ? recommendationId : recommendationId.slice(0, end);
  return hash32(name, SAMPLE_SEED) < share * HASHES;
}
