import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

import { PROJECT_FOLDER } from "../runtime/state-folder.ts";

/** How a process ended. */
export interface Exit {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A program that runs in a process group of its own, together with whatever it starts itself. */
export interface ProcessGroup {
  readonly pid: number;
  /** Standard output, for a caller that asked for it. */
  readonly stdout: NodeJS.ReadableStream | null;
  /** Settles when the program itself has ended; its children may live on until {@link stop}. */
  readonly exited: Promise<Exit>;
  /** Ends the program and all that it started: asked first, killed when it does not listen. */
  stop(): Promise<void>;
}

export interface ProcessGroupOptions {
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** `pipe`, `inherit`, or a file descriptor for a log. */
  readonly stdout: "pipe" | number;
  readonly stderr: "inherit" | number;
}

/** How long a group that was asked to end may take. */
const STOP_MILLISECONDS = 4_000;
const STOP_POLL_MILLISECONDS = 30;

const running = new Set<number>();

/** Sends a signal (0 = only looks) to the group. @returns false when nobody is left in it */
function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, signal);
  } catch {
    return false;
  }
}

// The last resort, for ends that nobody foresaw: an uncaught error, or a second Ctrl-C.
process.on("exit", () => {
  for (const pid of running) signalGroup(pid, "SIGKILL");
});

async function stopGroup(pid: number): Promise<void> {
  signalGroup(pid, "SIGTERM");
  const deadline = Date.now() + STOP_MILLISECONDS;
  while (signalGroup(pid, 0) && Date.now() < deadline) await sleep(STOP_POLL_MILLISECONDS);
  signalGroup(pid, "SIGKILL");
  running.delete(pid);
}

/**
 * Starts a Node program in a process group of its own. Ctrl-C at the terminal does not reach it: whoever started it
 * ends it, in the order that keeps its data whole.
 * @param args the program's file and its arguments
 */
export async function startProcessGroup(args: readonly string[], options: ProcessGroupOptions): Promise<ProcessGroup> {
  const child = spawn(process.execPath, args, {
    cwd: PROJECT_FOLDER,
    env: { ...process.env, ...options.env },
    stdio: ["ignore", options.stdout, options.stderr],
    detached: true,
  });
  await once(child, "spawn");
  const { pid } = child;
  if (pid === undefined) throw new Error("A process that was spawned has an id.");
  running.add(pid);
  const exited = new Promise<Exit>((resolve) => {
    child.once("close", (status, signal) => resolve({ status, signal }));
  });
  return { pid, stdout: child.stdout, exited, stop: () => stopGroup(pid) };
}
