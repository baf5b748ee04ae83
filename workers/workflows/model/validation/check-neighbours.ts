import { NEIGHBOURS_MAX, NEIGHBOURS_PER_ITEM_MAX } from "../../../../domain/catalogue/item-neighbours.ts";
import { NEIGHBOURS_FILE } from "../../../../domain/models/manifest.ts";
import type { RuntimeEnv } from "../../../../platform/env.ts";
import { messageOf } from "../../../../platform/logger.ts";
import { readNeighbours } from "../../../../platform/parquet/neighbours-file.ts";
import { openModelFile } from "../../../../platform/r2/model-store.ts";
import type { Findings } from "../findings.ts";

/** Numbers of ids fit twice into a number that is exact. */
const ID_NUMBERS = 2 ** 26;

/** Ids in the order in which they came, and how many neighbours each has. */
class IdNumbers {
  readonly #numbers = new Map<string, number>();
  readonly #ids: string[] = [];
  readonly neighbours: number[] = [];

  numberOf(id: string): number {
    let number = this.#numbers.get(id);
    if (number === undefined) {
      number = this.#ids.length;
      this.#numbers.set(id, number);
      this.#ids.push(id);
      this.neighbours.push(0);
    }
    return number;
  }

  idOf(number: number): string {
    return this.#ids[number] ?? "";
  }

  get ids(): readonly string[] {
    return this.#ids;
  }
}

function checkPairs(pairs: Float64Array, numbers: IdNumbers, findings: Findings): void {
  pairs.sort();
  for (let row = 1; row < pairs.length; row++) {
    const pair = pairs[row] ?? 0;
    if (pair !== pairs[row - 1]) continue;
    const [item, neighbour] = [numbers.idOf(Math.floor(pair / ID_NUMBERS)), numbers.idOf(pair % ID_NUMBERS)];
    findings.problemOf(
      `the pairs of ${NEIGHBOURS_FILE}`,
      `${NEIGHBOURS_FILE}: "${neighbour}" is there twice as a neighbour of "${item}".`,
    );
  }
}

/**
 * Reads the item–item weights and names every row that is wrong.
 * @returns the ids of all items that stand in it
 */
export async function checkNeighbours(
  env: RuntimeEnv,
  version: string,
  findings: Findings,
): Promise<readonly string[]> {
  const file = await openModelFile(env.MODELS, version, NEIGHBOURS_FILE);
  if (file === null) return [];
  const numbers = new IdNumbers();
  const pairs = new Float64Array(NEIGHBOURS_MAX);
  let rows = 0;
  try {
    for await (const { itemId, neighbourId, weight } of readNeighbours(file)) {
      if (rows === NEIGHBOURS_MAX) {
        findings.problem(`${NEIGHBOURS_FILE} has more than ${NEIGHBOURS_MAX} rows: keep the strongest.`);
        break;
      }
      if (itemId === "" || neighbourId === "")
        findings.problemOf(`the ids of ${NEIGHBOURS_FILE}`, `${NEIGHBOURS_FILE}, row ${rows + 1}: an id is empty.`);
      if (itemId === neighbourId)
        findings.problemOf(`the ids of ${NEIGHBOURS_FILE}`, `${NEIGHBOURS_FILE}: "${itemId}" is its own neighbour.`);
      if (!Number.isFinite(Math.fround(weight)))
        findings.problemOf(
          `the weights of ${NEIGHBOURS_FILE}`,
          `${NEIGHBOURS_FILE}: the weight of "${itemId}" and "${neighbourId}" is not finite.`,
        );
      const item = numbers.numberOf(itemId);
      pairs[rows++] = item * ID_NUMBERS + numbers.numberOf(neighbourId);
      numbers.neighbours[item] = (numbers.neighbours[item] ?? 0) + 1;
    }
  } catch (error) {
    // What was read until then is looked at all the same.
    findings.problem(`${NEIGHBOURS_FILE}: ${messageOf(error)}`);
  }
  checkPairs(pairs.subarray(0, rows), numbers, findings);
  numbers.neighbours.forEach((count, number) => {
    if (count > NEIGHBOURS_PER_ITEM_MAX)
      findings.problemOf(
        `the items of ${NEIGHBOURS_FILE}`,
        `${NEIGHBOURS_FILE}: "${numbers.idOf(number)}" has ${count} neighbours, more than ${NEIGHBOURS_PER_ITEM_MAX}: keep the strongest.`,
      );
  });
  return numbers.ids;
}
