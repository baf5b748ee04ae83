import type { FeatureValues } from "../../domain/catalogue/records.ts";
import { type GivenProtocol, protocolOfTest, splitGiven } from "../../domain/evaluation/split-given.ts";
import {
  type EvaluationRow,
  type Protocol,
  PROTOCOLS,
  type Split,
  splitInteractions,
} from "../../domain/evaluation/split.ts";
import { countUnreachable } from "../../domain/evaluation/unreachable.ts";
import { CommandError } from "../command.ts";
import { createRandom } from "../random.ts";
import { isExportFolder, readExport } from "../train/read-export.ts";
import { readInteractions } from "./read-interactions.ts";

const DEFAULT_PROTOCOL: Protocol = "random";

/** The files and flags that say what is trained on and what is asked for. */
export interface SplitRequest {
  /** Path of the interactions. */
  readonly interactions: string;
  /** What stands there, where the caller has read it. */
  readonly rows: readonly EvaluationRow[] | null;
  /** Path of a test part of its own. */
  readonly test: string | undefined;
  /** The protocol's name, undefined where the caller does not say. */
  readonly protocol: string | undefined;
  readonly items: ReadonlyMap<string, FeatureValues>;
  readonly seed: number;
}

/** A split, and by which protocol it is ranked. */
export interface NamedSplit {
  readonly split: Split;
  readonly protocol: GivenProtocol;
}

function protocolNamed(name: string): Protocol {
  const protocol = PROTOCOLS.find((known) => known === name);
  if (protocol === undefined) throw new CommandError(`There is no protocol "${name}": use ${PROTOCOLS.join(", ")}.`);
  return protocol;
}

function needItems(protocol: GivenProtocol, items: ReadonlyMap<string, FeatureValues>): void {
  if (protocol === "cold-items" && items.size === 0)
    throw new CommandError("The protocol cold-items ranks new items by what is known of them: give --items FILE.");
}

function splitByProtocol(rows: readonly EvaluationRow[], protocol: Protocol, request: SplitRequest): Split {
  needItems(protocol, request.items);
  const described = new Set(request.items.keys());
  const split = splitInteractions(rows, protocol, createRandom(request.seed), described);
  if (!split.ok) {
    const instead = protocol === "next-item" ? " (or a session_id and the order of the file)" : "";
    throw new CommandError(
      `The protocol ${protocol} needs a timestamp in every row${instead}: ${request.interactions}.`,
    );
  }
  if (split.value.test.length === 0)
    throw new CommandError(`The protocol ${protocol} finds nothing to hold out in ${request.interactions}.`);
  return split.value;
}

/** The rows of a file, or of a pulled export as `endcap train` reads it. */
async function readRows(path: string): Promise<readonly EvaluationRow[]> {
  return isExportFolder(path) ? (await readExport(path)).data.interactions : readInteractions(path);
}

/**
 * Reads the interactions and splits them, or takes the test part as it is.
 * @throws CommandError for whatever is wrong with files or protocol
 */
export async function readSplit(request: SplitRequest): Promise<NamedSplit> {
  const named = request.protocol === undefined ? undefined : protocolNamed(request.protocol);
  const train = request.rows ?? (await readRows(request.interactions));
  if (request.test === undefined) {
    const protocol = named ?? DEFAULT_PROTOCOL;
    return { split: splitByProtocol(train, protocol, request), protocol };
  }
  const test = await readRows(request.test);
  const protocol = named ?? protocolOfTest(train, test, new Set(request.items.keys()));
  needItems(protocol, request.items);
  return { split: splitGiven(train, test, protocol), protocol };
}

/**
 * Says which held-out rows no ranking can find: they count as not found, so they lower what can be reached.
 * @param ranked the items that are ranked
 * @returns a warning, null when all can be found
 * @throws CommandError when none can be found
 */
export function warnOfUnreachable(split: Split, ranked: readonly string[]): string | null {
  const { rows, notRanked, seen } = countUnreachable(split, new Set(ranked));
  if (notRanked + seen === 0) return null;
  const rankedAre = split.newItems ? "of the items file" : "of the training part";
  const reasons = [
    ...(notRanked === 0 ? [] : [`${notRanked} of items that are not ranked (ranked are those ${rankedAre})`]),
    ...(seen === 0 ? [] : [`${seen} of items that their user has in training, which are left out of the list`]),
  ].join(", ");
  if (notRanked + seen === rows)
    throw new CommandError(
      `None of the ${rows} held-out rows can be found: ${reasons}. Do the ids of the files agree?`,
    );
  return `${notRanked + seen} of ${rows} held-out rows can never be found: ${reasons}.`;
}
