import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

/** A database server that was started for one purpose and goes away with it. */
export interface PrivateServer {
  /** Address of a user who may do everything; without a database. */
  readonly url: string;
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

/** Ends a process without asking it, and waits until it is gone. */
export async function killProcess(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  server.kill("SIGKILL");
  await once(server, "exit");
}
