import { rename } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

import { CommandError } from "../command.ts";
import { errorCode, hashOfFile, onDisk, sizeOf } from "./disk.ts";
import { type Patience, pauseAfter } from "./limits.ts";
import { findPartial, removePartials } from "./partial.ts";
import { receive, type Receipt } from "./receive.ts";
import { explain, isPassing, refusalName } from "./trouble.ts";

type Attempt = "done" | "damaged";

async function isHere({ path, part }: Receipt): Promise<boolean> {
  if ((await sizeOf(path)) !== part.bytes) return false;
  return (await hashOfFile(path, part.bytes)).digest("hex") === part.sha256;
}

/** One connection's worth: goes on with what is here, and puts the file in its place once it is whole and right. */
async function attempt(receipt: Receipt, signal: AbortSignal, patience: Patience): Promise<Attempt> {
  const { path, part, onBytes } = receipt;
  const from = await findPartial(path);
  if (from !== null && from.bytes > part.bytes) return "damaged";
  onBytes(from?.bytes ?? 0);
  const received =
    from !== null && from.bytes === part.bytes
      ? { sha256: (await hashOfFile(from.path, part.bytes)).digest("hex"), path: from.path }
      : await receive(receipt, from, signal, patience.silenceMaxMilliseconds);
  if (received.sha256 !== part.sha256) return "damaged";
  // Renamed into place, so that a file of the final name is always whole.
  await onDisk(path, () => rename(received.path, path));
  await removePartials(path);
  return "done";
}

/** What an attempt that threw means; null for what is thrown on. */
async function meaningOf(error: unknown, receipt: Receipt): Promise<Attempt | "broken" | null> {
  // Another object has taken the place of the one that we have the beginning of (412), or it is shorter (416).
  const name = refusalName(error);
  if (name === "PreconditionFailed" || name === "InvalidRange") return "damaged";
  // Another command that fetches the same file went on with the same beginning and was faster, or threw it away.
  if (errorCode(error) === "ENOENT") return (await isHere(receipt)) ? "done" : "broken";
  return isPassing(error) ? "broken" : null;
}

async function refusalOf(error: unknown, { bucket, key }: Receipt): Promise<unknown> {
  if (refusalName(error) !== "NoSuchKey") return explain(error, bucket);
  return new CommandError(`${key} is gone from the bucket: the export was removed. Pull a newer one.`, {
    cause: error,
  });
}

function givenUp(error: unknown, { key }: Receipt, attempts: number): CommandError {
  const reason = error instanceof Error ? error.message : String(error);
  return new CommandError(
    `The connection broke ${attempts} times in a row without bringing a byte of ${key} (${reason}). ` +
      "What has arrived is kept: run the same command again, and it goes on from there.",
    { cause: error },
  );
}

/**
 * Fetches a file and checks it. A broken connection is taken up where it broke, by this process or a later one, but
 * only for the same object; a file that turns out wrong is thrown away and fetched anew, once.
 * @returns false when the file was here already
 * @throws CommandError that says what to do: damaged in the bucket, gone, no network, no room
 */
export async function fetchFile(receipt: Receipt, signal: AbortSignal, patience: Patience): Promise<boolean> {
  const { path, part, key } = receipt;
  if (await isHere(receipt)) {
    receipt.onBytes(part.bytes);
    return false;
  }
  let fruitless = 0;
  let isSecondTime = false;
  for (;;) {
    signal.throwIfAborted();
    // An attempt first tells what was here before it.
    let before: number | null = null;
    let held = 0;
    const onBytes = (bytes: number): void => {
      before ??= bytes;
      held = bytes;
      receipt.onBytes(bytes);
    };
    let outcome: Attempt | "broken";
    try {
      outcome = await attempt({ ...receipt, onBytes }, signal, patience);
    } catch (error) {
      const meaning = signal.aborted ? null : await meaningOf(error, receipt);
      if (meaning === null) throw await refusalOf(error, receipt);
      fruitless = held > (before ?? 0) ? 0 : fruitless + 1;
      if (meaning === "broken" && fruitless >= patience.fruitlessAttemptsMax) throw givenUp(error, receipt, fruitless);
      outcome = meaning;
    }
    if (outcome === "done") return true;
    if (outcome === "broken") {
      await sleep(pauseAfter(fruitless, patience), undefined, { signal });
      continue;
    }
    await removePartials(path);
    receipt.onBytes(0);
    if (isSecondTime) {
      throw new CommandError(
        `${key} is not what the export's manifest says, also when it is fetched anew: it is damaged in the bucket. ` +
          "Make a new export with `endcap exports create`.",
      );
    }
    isSecondTime = true;
  }
}
