import { execFile } from "node:child_process";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { CommandError } from "../../scripts/command.ts";
import { onDisk } from "../../scripts/exports/disk.ts";
import { inParallel } from "../../scripts/exports/in-parallel.ts";
import { pullExport } from "../../scripts/exports/pull.ts";
import { freePort } from "../../scripts/runtime/ports.ts";
import { type Ended, runEndcap } from "../scripts/cli.ts";
import { type MadeExport, makeExport, noise, putExport } from "./made-export.ts";
import { startS3Proxy } from "./s3-proxy.ts";
import { EXPORTS_BUCKET, HASTE, type S3World, startS3World } from "./s3-world.ts";

const FILE = "training/part-00000.parquet";
const NOBODY = "20200101t000000000-00000000";

let world: S3World;
let made: MadeExport;
beforeAll(async () => {
  world = await startS3World();
});
afterAll(() => world.close());

/** What the person at the terminal sees; one line that is no stack. */
function messageOf({ status, stdout, stderr }: Ended): string {
  expect([status, stdout]).toEqual([1, ""]);
  const lines = stderr.trim().split("\n");
  expect(lines.filter((line) => line.startsWith("endcap exports: "))).toHaveLength(1);
  expect(stderr).not.toMatch(/^\s+at /m);
  return lines.at(-1)?.replace("endcap exports: ", "") ?? "";
}

async function pullBy(environment: Record<string, string>, ...args: string[]): Promise<string> {
  const out = await world.folder();
  return messageOf(await runEndcap(["exports", "pull", "--out", out, ...args], environment));
}

describe("says what to do", () => {
  it("before there is an export", async () => {
    expect(await pullBy(world.environment())).toBe("There is no export yet: make one with `endcap exports create`.");
    made = makeExport();
    await putExport(world.runtime.env.EXPORTS, made);
  });

  it("about an export that there is not", async () => {
    expect(await pullBy(world.environment(), "--id", NOBODY)).toBe(
      `There is no complete export ${NOBODY} in the bucket ${EXPORTS_BUCKET}: \`endcap exports list\` shows those that there are.`,
    );
    expect(await pullBy(world.environment(), "--id", "../../etc")).toContain("is not an export's id");
  });

  it.each([
    [{ AWS_SECRET_ACCESS_KEY: "wrong" }, "SignatureDoesNotMatch"],
    [{ AWS_ACCESS_KEY_ID: "nobody" }, "Unauthorized"],
  ])("about wrong credentials: %j", async (wrong, name) => {
    const message = await pullBy({ ...world.environment(), ...wrong });
    expect(message).toBe(
      `${world.origin} refused the credentials for the bucket ${EXPORTS_BUCKET} (${name}). Check AWS_ACCESS_KEY_ID and ` +
        "AWS_SECRET_ACCESS_KEY (or AWS_PROFILE), and that their R2 API token may read this bucket.",
    );
  });

  it("about credentials that there are not", async () => {
    const nowhere = join(await world.folder(), "none");
    const message = await pullBy({
      ENDCAP_S3_ENDPOINT: world.endpoint,
      AWS_ACCESS_KEY_ID: "",
      AWS_CONFIG_FILE: nowhere,
      AWS_SHARED_CREDENTIALS_FILE: nowhere,
      AWS_EC2_METADATA_DISABLED: "true",
    });
    expect(message).toContain("No S3 credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
  });

  it("about a bucket that there is not", async () => {
    expect(await pullBy({ ...world.environment(), ENDCAP_EXPORTS_BUCKET: "elsewhere" })).toBe(
      `There is no bucket elsewhere at ${world.origin}. ENDCAP_EXPORTS_BUCKET names another one; ENDCAP_S3_ENDPOINT names the account.`,
    );
  });

  it("about an address where nobody listens, or something else does", async () => {
    const port = await freePort();
    expect(await pullBy(world.environment(`http://127.0.0.1:${port}`))).toBe(
      `Nothing answers at http://127.0.0.1:${port} (ECONNREFUSED). Check ENDCAP_S3_ENDPOINT and the network; where it is ` +
        "not set, start the local runtime with `npm start`.",
    );
    expect(await pullBy(world.environment(`${world.origin}/v1`))).toContain("does not answer as an S3 service does");
  });

  it.each([
    [{ format: 1, tables: {} }, "was made by an older version", "Make a new one with `endcap exports create`."],
    [{ format: 3 }, "was made by a newer version", "Bring this checkout up to date."],
    [{ format: 2 }, "is damaged", "Make a new export"],
    ["not JSON", "is damaged", "Make a new export"],
  ])("about a manifest that is %j", async (manifest, what, advice) => {
    const other = makeExport({ minute: 1 });
    const text = typeof manifest === "string" ? manifest : JSON.stringify(manifest);
    await world.runtime.env.EXPORTS.put(`${other.manifest.id}/manifest.json`, text);
    const message = await pullBy(world.environment(), "--id", other.manifest.id);
    expect(message).toContain(what);
    expect(message).toContain(advice);
  });

  it("about a table that there is not", async () => {
    expect(await pullBy(world.environment(), "--table", "user")).toBe(
      'There is no table "user". Did you mean "users"? Use training, ratings, users, items.',
    );
  });

  it("about a disk that is full", async () => {
    const full = onDisk("data/part", () => writeFile("/dev/full", "x"));
    await expect(full).rejects.toThrow(/^data\/part cannot be written: The disk is full\. Make room, .* \(ENOSPC\)\.$/);
    await expect(full).rejects.toBeInstanceOf(CommandError);
  });

  it("about a disk that takes no more in the middle of a file", async () => {
    const large = makeExport({ minute: 4, training: [noise(300_000, 1)] });
    await putExport(world.runtime.env.EXPORTS, large);
    const out = await world.folder();
    const pull = `"${process.execPath}" scripts/endcap.ts exports pull --id ${large.manifest.id} --out ${out}`;
    const env = { ...process.env, ...world.environment() };
    // In units of 1,024 bytes.
    const limited = promisify(execFile)("bash", ["-c", `ulimit -f 100; ${pull}`], { env });
    const { stderr } = await limited.catch((error: { stderr: string }) => error);
    expect(stderr).toMatch(
      /part-00000\.parquet\S* cannot be written: Files may not grow so large there .*\(EFBIG\)\.$/m,
    );
    // With more room it goes on.
    const proxy = await startS3Proxy(world.endpoint);
    await pullExport(world.bucketAt(proxy.endpoint), { id: large.manifest.id, out, table: null }, undefined, HASTE);
    expect(proxy.requests.find(({ key }) => key.endsWith(FILE))).toMatchObject({ range: "bytes=102400-", status: 206 });
    await proxy.close();
  });

  it("about a folder that is a file", async () => {
    const out = join(await world.folder(), "a-file");
    await writeFile(out, "");
    const ended = await runEndcap(["exports", "pull", "--id", made.manifest.id, "--out", out], world.environment());
    expect(messageOf(ended)).toMatch(/cannot be written: Something there is a file .* --out/);
  });
});

describe("a file that is not what the manifest says", () => {
  it.each([
    ["other bytes", noise(50_000, 2)],
    ["fewer bytes", noise(49_999, 1)],
    ["more bytes", noise(50_001, 1)],
  ])("is fetched twice and not kept: %s", async (_, stored) => {
    const proxy = await startS3Proxy(world.endpoint);
    const damaged = makeExport({ minute: 2, training: [noise(50_000, 1)] });
    await putExport(world.runtime.env.EXPORTS, damaged);
    await world.runtime.env.EXPORTS.put(`${damaged.manifest.id}/${FILE}`, stored);
    const out = await world.folder();
    const pulled = pullExport(
      world.bucketAt(proxy.endpoint),
      { id: damaged.manifest.id, out, table: ["training"] },
      undefined,
      HASTE,
    );
    await expect(pulled).rejects.toThrow(/training\/part-00000\.parquet is not what .* fetched anew: it is damaged/);
    expect(proxy.requests.filter(({ key }) => key.endsWith(FILE))).toHaveLength(2);
    const left = await readdir(join(out, damaged.manifest.id), { recursive: true }).catch(() => []);
    expect(left.filter((name) => name !== "training")).toEqual([]);
    await proxy.close();
  });

  it("is named when it is gone", async () => {
    const gone = makeExport({ minute: 3 });
    await putExport(world.runtime.env.EXPORTS, gone);
    await world.runtime.env.EXPORTS.delete(`${gone.manifest.id}/${FILE}`);
    expect(await pullBy(world.environment(), "--id", gone.manifest.id)).toBe(
      `${gone.manifest.id}/${FILE} is gone from the bucket: the export was removed. Pull a newer one.`,
    );
  });
});

describe("work in parallel", () => {
  it("stops at the first failure, tells the others, and waits for them", async () => {
    const calls: string[] = [];
    const work = inParallel([1, 2, 3, 4, 5], 2, async (item, signal) => {
      calls.push(`begin ${item}`);
      if (item === 2) throw new Error("the second failed");
      await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
      calls.push(`end ${item}`);
      throw new Error("told to stop");
    });
    await expect(work).rejects.toThrow("the second failed");
    expect(calls).toEqual(["begin 1", "begin 2", "end 1"]);
  });

  it("does each item once, and nothing for none", async () => {
    const done: number[] = [];
    await inParallel([1, 2, 3, 4, 5], 3, async (item) => {
      await new Promise((resolve) => setTimeout(resolve, 5 - item));
      done.push(item);
    });
    expect(done).toHaveLength(5);
    expect(new Set(done)).toEqual(new Set([1, 2, 3, 4, 5]));
    await inParallel([], 3, () => Promise.reject(new Error("never")));
  });
});
