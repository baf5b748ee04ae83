import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { csvField } from "../../scripts/evaluate/csv.ts";

const run = promisify(execFile);

/** A folder of files that is removed with `remove`. */
export interface TestFolder {
  readonly path: string;
  /** Writes a file and returns its path. */
  write(name: string, text: string): Promise<string>;
  /** Writes rows as CSV under the names of the first one's values, and returns the path. */
  writeRows(name: string, rows: readonly Readonly<Record<string, string | number>>[]): Promise<string>;
  remove(): Promise<void>;
}

export async function makeFolder(): Promise<TestFolder> {
  const path = await mkdtemp(join(tmpdir(), "endcap-evaluate-"));
  const write = async (name: string, text: string): Promise<string> => {
    await writeFile(join(path, name), text);
    return join(path, name);
  };
  return {
    path,
    write,
    writeRows: (name, rows) => {
      const columns = Object.keys(rows[0] ?? {});
      const lines = rows.map((each) => columns.map((column) => csvField(each[column] ?? "")).join(","));
      return write(name, `${[columns.join(","), ...lines].join("\n")}\n`);
    },
    remove: () => rm(path, { recursive: true }),
  };
}

/** What a run of the command left. */
export interface CommandRun {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `endcap evaluate` as a process of its own. */
export async function runEvaluate(args: readonly string[]): Promise<CommandRun> {
  try {
    return { status: 0, ...(await run(process.execPath, ["scripts/endcap.ts", "evaluate", ...args])) };
  } catch (error) {
    if (!(error instanceof Error) || !("stdout" in error) || !("stderr" in error) || !("code" in error)) throw error;
    return { status: Number(error.code), stdout: String(error.stdout), stderr: String(error.stderr) };
  }
}
