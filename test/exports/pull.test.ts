import { existsSync, readdirSync, statSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

import type { ExportsBucket } from "../../scripts/exports/bucket.ts";
import { FILES_AT_ONCE } from "../../scripts/exports/limits.ts";
import { newPartialPath } from "../../scripts/exports/partial.ts";
import { pullExport } from "../../scripts/exports/pull.ts";
import { type MadeExport, makeExport, noise, putExport } from "./made-export.ts";
import { type S3Proxy, type SeenRequest, startS3Proxy } from "./s3-proxy.ts";
import { HASTE, type S3World, startS3World } from "./s3-world.ts";
import { startEndcap } from "../scripts/cli.ts";
import { eventually } from "../support/runtime.ts";

const MEGABYTE = 1_000_000;
const FILE = "training/part-00000.parquet";

let world: S3World;
let proxy: S3Proxy;
let bucket: ExportsBucket;
let out: string;
let minute = 0;
beforeAll(async () => {
  world = await startS3World();
});
afterAll(() => world.close());
beforeEach(async () => {
  proxy = await startS3Proxy(world.endpoint);
  bucket = world.bucketAt(proxy.endpoint);
  out = await world.folder();
  minute++;
});
afterEach(() => proxy.close());

function pull(made: MadeExport, onProgress?: (done: number, total: number) => void) {
  return pullExport(bucket, { id: made.manifest.id, out, table: null }, onProgress, HASTE);
}

function requestsOf(file: string): SeenRequest[] {
  return proxy.requests.filter(({ key }) => key.endsWith(file));
}

async function put(options: Parameters<typeof makeExport>[0] = {}): Promise<MadeExport> {
  const made = makeExport({ minute, ...options });
  await putExport(world.runtime.env.EXPORTS, made);
  return made;
}

/** Every file is there as it was made, and nothing else. */
async function expectWhole(made: MadeExport): Promise<void> {
  const folder = join(out, made.manifest.id);
  const found = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const names = found.map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  expect(names.sort()).toEqual(["manifest.json", ...made.files.keys()].sort());
  for (const [file, bytes] of made.files) expect((await readFile(join(folder, file))).equals(bytes), file).toBe(true);
  expect(JSON.parse(await readFile(join(folder, "manifest.json"), "utf8"))).toEqual(made.manifest);
}

describe("a pull", () => {
  it("fetches every file, tells bytes as they arrive, and writes the manifest last", async () => {
    const made = await put({ training: [noise(MEGABYTE, 1)], csv: true });
    const told: number[] = [];
    let total = 0;
    const pulled = await pull(made, (done, of) => {
      told.push(done);
      total = of;
    });
    await expectWhole(made);
    expect(pulled).toMatchObject({ id: made.manifest.id, files: 8, fetched: 8, bytes: total });
    expect(told).toEqual([...told].sort((a, b) => a - b));
    expect(told.at(-1)).toBe(total);
    // Also while the large file was on its way.
    expect(told.filter((done) => done > 0.1 * MEGABYTE && done < 0.9 * MEGABYTE).length).toBeGreaterThan(3);
  });

  it("takes the newest export where none is named", async () => {
    const made = await put();
    const { id } = await pullExport(bucket, { id: null, out, table: null }, undefined, HASTE);
    expect(id).toBe(made.manifest.id);
  });

  it("fetches nothing that is here and right, and what is here and wrong", async () => {
    const made = await put();
    await pull(made);
    const fetched = proxy.requests.length;
    expect(await pull(made)).toMatchObject({ files: 4, fetched: 0 });
    expect(proxy.requests.slice(fetched).map(({ key }) => key)).toEqual([`${made.manifest.id}/manifest.json`]);

    const path = join(out, made.manifest.id, FILE);
    const right = await readFile(path);
    await writeFile(path, Buffer.from(right).fill(0, 5, 6));
    await rm(join(out, made.manifest.id, "users"), { recursive: true });
    expect(await pull(made)).toMatchObject({ files: 4, fetched: 2 });
    await expectWhole(made);
  });

  it("fetches the named tables only", async () => {
    const made = await put();
    await pullExport(bucket, { id: made.manifest.id, out, table: ["users", "items"] }, undefined, HASTE);
    expect((await readdir(join(out, made.manifest.id))).sort()).toEqual(["items", "manifest.json", "users"]);
  });

  it("has as many requests under way as it may, and no more", async () => {
    const made = await put({ training: Array.from({ length: 9 }, (_, seed) => noise(1_000, seed)) });
    proxy.trouble = async () => {
      await new Promise((resolve) => setTimeout(resolve, 40));
      return null;
    };
    await pull(made);
    expect(proxy.mostAtOnce()).toBe(FILES_AT_ONCE);
    await expectWhole(made);
  });

  it("is not disturbed by another one into the same folder", async () => {
    const made = await put({ training: [noise(2 * MEGABYTE, 1), noise(MEGABYTE, 2)] });
    let cuts = 0;
    proxy.trouble = ({ key }) =>
      key.endsWith(FILE) && cuts++ % 3 === 0 && cuts < 12 ? { after: 0.3 * MEGABYTE, kind: "cut" } : null;
    await Promise.all([pull(made), pull(made), pull(made), pull(made)]);
    await expectWhole(made);
  });

  it("has on the disk what it says has arrived", async () => {
    const made = await put({ training: [noise(3 * MEGABYTE, 1)] });
    const arriving = join(out, made.manifest.id, "training");
    const kept: [number, number][] = [];
    const onProgress = (done: number): void => {
      const [file = ""] = existsSync(arriving) ? readdirSync(arriving) : [];
      kept.push([done, file === "" ? 0 : statSync(join(arriving, file)).size]);
    };
    await pullExport(bucket, { id: made.manifest.id, out, table: ["training"] }, onProgress, HASTE);
    expect(kept.length).toBeGreaterThan(20);
    expect(kept.filter(([told, size]) => told !== size)).toEqual([]);
  });
});

describe("a broken connection", () => {
  it("is taken up where it broke, however often it breaks", async () => {
    const size = 4 * MEGABYTE;
    const made = await put({ training: [noise(size, 2)] });
    let cuts = 0;
    proxy.trouble = ({ key }) => (key.endsWith(FILE) && cuts++ < 6 ? { after: 0.5 * MEGABYTE, kind: "cut" } : null);
    await pull(made);
    await expectWhole(made);
    const seen = requestsOf(FILE);
    expect(seen).toHaveLength(7);
    expect(seen[0]).toMatchObject({ range: null, ifMatch: null, status: 200 });
    for (const [number, { range, ifMatch, status }] of seen.slice(1).entries()) {
      // What was sent last may not have arrived.
      const from = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1]);
      expect(from).toBeLessThanOrEqual((number + 1) * 0.5 * MEGABYTE);
      expect(from).toBeGreaterThan((number + 1) * 0.5 * MEGABYTE - 0.3 * MEGABYTE);
      expect([ifMatch, status]).toEqual([expect.stringMatching(/^"[0-9a-f]{32}"$/), 206]);
    }
    const fetched = seen.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(fetched).toBeGreaterThanOrEqual(size);
    // From the start each time it would be 7 MB.
    expect(fetched).toBeLessThan(1.2 * size);
  });

  it("counts as broken when it falls silent", async () => {
    const made = await put({ training: [noise(MEGABYTE, 3)] });
    let times = 0;
    proxy.trouble = ({ key }) =>
      key.endsWith(FILE) && times++ === 0 ? { after: 0.5 * MEGABYTE, kind: "silence" } : null;
    const patience = { ...HASTE, silenceMaxMilliseconds: 500 };
    await pullExport(bucket, { id: made.manifest.id, out, table: null }, undefined, patience);
    await expectWhole(made);
    expect(requestsOf(FILE).map(({ status }) => status)).toEqual([200, 206]);
  });

  it("that never brings a byte again is given up, and what has arrived is kept", async () => {
    const made = await put({ training: [noise(MEGABYTE, 4)] });
    let times = 0;
    proxy.trouble = ({ key }) => (key.endsWith(FILE) ? { after: times++ === 0 ? 300_000 : 0, kind: "cut" } : null);
    await expect(pull(made)).rejects.toThrow(/3 times in a row .*What has arrived is kept: run the same command again/);
    expect(await readdir(join(out, made.manifest.id))).not.toContain("manifest.json");
    proxy.trouble = () => null;
    proxy.requests.length = 0;
    await pull(made);
    await expectWhole(made);
    expect(requestsOf(FILE)).toMatchObject([{ status: 206, range: expect.stringMatching(/^bytes=[1-3]\d{5}-$/) }]);
  });

  it("that is a killed process is taken up by the next", async () => {
    const made = await put({ training: [noise(2 * MEGABYTE, 5)] });
    proxy.trouble = ({ key }) => (key.endsWith(FILE) ? { after: MEGABYTE, kind: "silence" } : null);
    const args = ["exports", "pull", "--id", made.manifest.id, "--out", out];
    const killed = startEndcap(args, world.environment(proxy.endpoint));
    const held = await eventually(async () => {
      const names = await readdir(join(out, made.manifest.id, "training")).catch(() => []);
      const name = names.find((candidate) => candidate.endsWith(".partial"));
      if (name === undefined) return null;
      const { byteLength } = await readFile(join(out, made.manifest.id, "training", name));
      return byteLength >= 0.9 * MEGABYTE && byteLength;
    });
    killed.child.kill("SIGKILL");
    await killed.ended;
    proxy.trouble = () => null;
    proxy.requests.length = 0;
    const resumed = await startEndcap(args, world.environment(proxy.endpoint)).ended;
    expect([resumed.status, resumed.stdout.trim()]).toEqual([0, join(out, made.manifest.id)]);
    expect(requestsOf(FILE)).toMatchObject([{ status: 206, range: `bytes=${held}-`, bytes: 2 * MEGABYTE - held }]);
    await expectWhole(made);
  }, 60_000);
});

describe("a beginning that does not fit", () => {
  it("is not continued with another object", async () => {
    const made = await put({ training: [noise(MEGABYTE, 6)] });
    const key = `${made.manifest.id}/${FILE}`;
    await world.runtime.env.EXPORTS.put(key, noise(MEGABYTE, 7));
    let times = 0;
    proxy.trouble = async (seen) => {
      if (!seen.key.endsWith(FILE)) return null;
      times++;
      if (times === 1) return { after: 0.5 * MEGABYTE, kind: "cut" };
      if (times === 2) await world.runtime.env.EXPORTS.put(key, noise(MEGABYTE, 6));
      return null;
    };
    await pull(made);
    await expectWhole(made);
    expect(requestsOf(FILE).map(({ status, range }) => [status, range === null])).toEqual([
      [200, true],
      [412, false],
      [200, true],
    ]);
  });

  it("is thrown away when the whole turns out wrong, and the file is fetched anew", async () => {
    const right = noise(MEGABYTE, 8);
    const made = await put({ training: [right] });
    const object = await world.runtime.env.EXPORTS.head(`${made.manifest.id}/${FILE}`);
    const path = join(out, made.manifest.id, FILE);
    for (const beginning of [noise(1_000, 9), noise(MEGABYTE, 9), noise(2 * MEGABYTE, 9)]) {
      await mkdir(join(path, ".."), { recursive: true });
      await rm(path, { force: true });
      await writeFile(newPartialPath(path, object?.httpEtag ?? ""), beginning);
      await pull(made);
      await expectWhole(made);
    }
  });

  it("is thrown away without its object's entity tag", async () => {
    const made = await put();
    const path = join(out, made.manifest.id, FILE);
    await mkdir(join(path, ".."), { recursive: true });
    await writeFile(`${path}.partial`, "what an older version left");
    await writeFile(`${path}.%ff.0000.partial`, "nobody knows what");
    await pull(made);
    await expectWhole(made);
  });
});
