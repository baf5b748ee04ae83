import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { afterAll, beforeAll, expect, it } from "vitest";

const PROGRAM = `
  import { takeLock } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, "../../scripts/process-lock.ts")).href)};
  const [path, at] = process.argv.slice(1);
  while (Date.now() < Number(at));
  console.log(takeLock(path) === null ? "busy" : "held");
  setInterval(() => undefined, 1_000);`;
const TOGETHER = 3;
const ROUNDS = 6;
/** Every process has started by then: all take the lock in the same millisecond. */
const START_MILLISECONDS = 700;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "endcap-lock-"));
});
afterAll(() => rm(folder, { recursive: true }));

it("of processes that begin at the same moment one has the lock, until it is killed", { timeout: 90_000 }, async () => {
  const path = join(folder, "lock");
  for (let round = 0; round < ROUNDS; round++) {
    const at = String(Date.now() + START_MILLISECONDS);
    const children: ChildProcess[] = Array.from({ length: TOGETHER }, () =>
      spawn(process.execPath, ["--input-type=module", "--eval", PROGRAM, path, at], {
        stdio: ["ignore", "pipe", "inherit"],
      }),
    );
    try {
      const said = await Promise.all(
        children.map(async ({ stdout }) => String((await once(stdout ?? process.stdin, "data"))[0]).trim()),
      );
      expect(said.toSorted()).toEqual(["busy", "busy", "held"]);
    } finally {
      for (const child of children) {
        const ended = once(child, "close");
        child.kill("SIGKILL");
        await ended;
      }
    }
  }
});
