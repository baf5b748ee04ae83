import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

const PROGRAM = join(import.meta.dirname, "../../scripts/endcap.ts");

/** How a command ended and what it printed. */
export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running command. */
export interface RunningCommand {
  readonly child: ChildProcess;
  /** What it has printed so far. */
  readonly printed: () => { stdout: string; stderr: string };
  readonly ended: Promise<Ended>;
}

/** Starts `endcap …args` as a person would, with an environment that names no deployment. */
export function startEndcap(args: readonly string[], env: Readonly<Record<string, string>> = {}): RunningCommand {
  const { ENDCAP_URL: _url, ENDCAP_SECRET_KEY: _key, ENDCAP_S3_ENDPOINT: _s3, ...environment } = process.env;
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: { ...environment, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const ended = once(child, "close").then(() => ({ status: child.exitCode, stdout, stderr }));
  return { child, printed: () => ({ stdout, stderr }), ended };
}

/** Runs `endcap …args` to its end. */
export function runEndcap(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return startEndcap(args, env).ended;
}
