import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

/** A database server that was started for one purpose and goes away with it. */
export interface PrivateServer {
  /** Address of a user who may do everything; without a database. */
  readonly url: string;
  /** Shuts the server down as its operators would: what was committed is kept, every connection breaks. */
  shutDown(): Promise<void>;
  /** Starts it again after {@link PrivateServer.shutDown}, with the same data at the same address. */
  startAgain(): Promise<void>;
  /** Kills the server, as a power cut would, and removes its data. Can be called again. */
  close(): Promise<void>;
}

const START_TIMEOUT_MILLISECONDS = 20_000;
const RETRY_MILLISECONDS = 50;

/** Tries to connect until it works, the server has ended, or START_TIMEOUT_MILLISECONDS are over: then it throws. */
export async function untilReady(server: ChildProcess, connect: () => Promise<void>): Promise<void> {
  const end = Date.now() + START_TIMEOUT_MILLISECONDS;
  for (;;) {
    try {
      return await connect();
    } catch (error) {
      if (server.exitCode !== null || Date.now() > end) throw error;
    }
    await sleep(RETRY_MILLISECONDS);
  }
}

function hasEnded(server: ChildProcess): boolean {
  return server.exitCode !== null || server.signalCode !== null;
}

/** Asks a process to end by `signal`, and waits until it is gone. */
export async function endProcess(server: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (hasEnded(server)) return;
  server.kill(signal);
  await once(server, "exit");
}

/** Ends a process without asking it, and waits until it is gone. */
export function killProcess(server: ChildProcess): Promise<void> {
  return endProcess(server, "SIGKILL");
}
