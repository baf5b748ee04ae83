import { createHash } from "node:crypto";
import { mkdir, open, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { setTimeout as sleep } from "node:timers/promises";

import { type Control, emptyControl } from "../../domain/control/control.ts";
import { bundleWorker, localWorkerOptions } from "../bench/runtime.ts";
import { CommandError } from "../command.ts";
import { type ProcessGroup, startProcessGroup } from "../dev/process-group.ts";
import { KILL_MILLISECONDS, SOAK_VARIABLES, START_ATTEMPTS_MAX, START_MILLISECONDS } from "./limits.ts";
import { type RuntimeReady, runtimeReadySchema, type RuntimeSettings } from "./runtime-settings.ts";

/** The secret key that the soak calls with. */
export const SOAK_KEY = "sk_soak";
const PROGRAM = join(import.meta.dirname, "runtime-process.ts");
const POLL_MILLISECONDS = 10;
const LOG_TAIL_CHARACTERS = 2_000;

interface Running {
  readonly group: ProcessGroup;
  readonly ready: RuntimeReady;
}

/** What of a soak's Worker differs from the one that is deployed: a test breaks it on purpose. */
export interface SoakRuntimeOptions {
  readonly main?: string;
}

function control(): Control {
  const hash = createHash("sha256").update(SOAK_KEY).digest("hex");
  return { ...emptyControl(new Date(0)), keys: [{ id: "soak", kind: "secret", hash, scopes: ["admin"], origins: [] }] };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(-pid, 0);
  } catch {
    return false;
  }
}

/** The whole Worker on workerd, in a process group of its own that can be killed and started again on its storage. */
export class SoakRuntime {
  readonly #folder: string;
  #starting: Promise<Running> | null = null;
  #failedStarts = 0;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Bundles the Worker as a deploy would. Nothing runs yet. @param folder takes bundle, storage and log */
  static async prepare(folder: string, { main = "workers/index.ts" }: SoakRuntimeOptions = {}): Promise<SoakRuntime> {
    const state = join(folder, "state");
    await mkdir(state, { recursive: true });
    const script = await bundleWorker(join(folder, "bundle"), { main });
    const { bindings, ...options } = localWorkerOptions();
    const settings: RuntimeSettings = {
      script,
      state,
      options: { ...options, bindings: { ...bindings, ...SOAK_VARIABLES } },
      control: JSON.stringify(control()),
    };
    await writeFile(join(folder, "settings.json"), JSON.stringify(settings));
    return new SoakRuntime(folder);
  }

  /** How often the runtime ended before it was up. */
  get failedStarts(): number {
    return this.#failedStarts;
  }

  get stateFolder(): string {
    return join(this.#folder, "state");
  }

  get #logPath(): string {
    return join(this.#folder, "runtime.log");
  }

  /** How its log ends, over all restarts. */
  async logTail(): Promise<string> {
    return (await readFile(this.#logPath, "utf8")).slice(-LOG_TAIL_CHARACTERS);
  }

  /** Where it answers, once it is up; whoever asks first starts it. @throws CommandError when it does not start */
  async ready(): Promise<RuntimeReady> {
    this.#starting ??= this.#start();
    return (await this.#starting).ready;
  }

  /** `kill -9` of everything: nobody in the group has a moment to finish anything. Settles when it is up again. */
  async killAndRestart(): Promise<void> {
    if (this.#starting === null) return;
    const { group } = await this.#starting;
    process.kill(-group.pid, "SIGKILL");
    // At once, so that whoever asks from now on waits for the next one.
    this.#starting = this.#startAfter(group);
    await this.#starting;
  }

  /** Ends it in peace: what is written is on the disk. */
  async stop(): Promise<void> {
    const running = await this.#starting?.catch(() => null);
    this.#starting = null;
    await running?.group.stop();
  }

  /** Two runtimes on one storage would be a fault that no deployment has: the next starts when the last is gone. */
  async #startAfter(group: ProcessGroup): Promise<Running> {
    const end = Date.now() + KILL_MILLISECONDS;
    while (isAlive(group.pid)) {
      if (Date.now() > end) throw new Error(`The group ${group.pid} outlived its kill.`);
      await sleep(POLL_MILLISECONDS);
    }
    await group.exited;
    await group.stop();
    return this.#start();
  }

  /** A runtime that dies while it starts has died once more than it was killed: it is started again, and counted. */
  async #start(): Promise<Running> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#startOnce();
      } catch (error) {
        if (!(error instanceof CommandError) || attempt === START_ATTEMPTS_MAX) throw error;
        this.#failedStarts += 1;
      }
    }
  }

  async #startOnce(): Promise<Running> {
    const log = await open(this.#logPath, "a");
    const args = ["--disable-warning=ExperimentalWarning", PROGRAM, join(this.#folder, "settings.json")];
    const group = await startProcessGroup(args, { stdout: "pipe", stderr: log.fd });
    await log.close();
    const ready = await this.#readyLine(group);
    if (ready !== null) return { group, ready };
    await group.stop();
    const tail = await this.logTail();
    throw new CommandError(`The runtime did not start within ${START_MILLISECONDS / 1_000} s. Its log ends:\n${tail}`);
  }

  async #readyLine({ stdout, exited }: ProcessGroup): Promise<RuntimeReady | null> {
    if (stdout === null) throw new Error("The runtime's standard output is a pipe.");
    const lines = createInterface({ input: stdout });
    const said = (async () => {
      for await (const line of lines) if (line.startsWith("{")) return runtimeReadySchema.parse(JSON.parse(line));
      return null;
    })();
    const timeout = new AbortController();
    const late = sleep(START_MILLISECONDS, null, { signal: timeout.signal, ref: false }).catch(() => null);
    try {
      return await Promise.race([said, exited.then(() => null), late]);
    } finally {
      timeout.abort();
      // What workerd says later must not fill the pipe.
      stdout.resume();
    }
  }
}
