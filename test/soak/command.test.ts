import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, it } from "vitest";

import { runEndcap } from "../scripts/cli.ts";

it("says how it is used", async () => {
  const { status, stdout } = await runEndcap(["soak", "--help"]);
  expect(status).toBe(0);
  expect(stdout).toContain("--restarts N");
});

it.each([
  [["--events", "many"], "--events is a whole number from 1 to"],
  [["--restarts", "-1"], "--restarts"],
  [["--restart", "1"], "--restart"],
])("refuses %j", async (args, said) => {
  const { status, stderr } = await runEndcap(["soak", ...args]);
  expect(status).not.toBe(0);
  expect(stderr).toContain(said);
});

it("does not mix its files with those of an earlier soak", async () => {
  const folder = await mkdtemp(join(tmpdir(), "endcap-soak-keep-"));
  try {
    await writeFile(join(folder, "acknowledged.csv"), "event_id\n");
    const { status, stderr } = await runEndcap(["soak", "--keep", folder]);
    expect(status).toBe(1);
    expect(stderr).toContain("holds the files of an earlier soak");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
