import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";

import { GetObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { asyncBufferFromUrl, parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { filesOf } from "../../domain/exports/manifest.ts";
import { createS3Client } from "../../scripts/runtime/s3.ts";
import { queryDuckDb } from "../lake/duckdb.ts";
import { TEST_KEYS } from "../support/runtime.ts";
import { ExportShop, type PulledExport } from "./export-shop.ts";
import { EXPORTS_BUCKET, LOCAL_CREDENTIALS } from "./s3-world.ts";

const PAGE = "docs/downloading.md";
const PART = "training/part-00000.parquet";

/** A block of code of the page that is to be run. */
interface Snippet {
  readonly section: string;
  readonly language: string;
  readonly code: string;
}

async function readSnippets(): Promise<Snippet[]> {
  const snippets: Snippet[] = [];
  for (const section of (await readFile(PAGE, "utf8")).split(/^## /m).slice(1)) {
    const title = section.slice(0, section.indexOf("\n"));
    for (const match of section.matchAll(/^```(sh|sql)\n([\s\S]*?)^```$/gm)) {
      const [, language = "", code = ""] = match;
      if (/Not run[:.]\s*$/.test(section.slice(0, match.index))) continue;
      snippets.push({ section: title, language, code });
    }
  }
  return snippets;
}

let shop: ExportShop;
let folder: string;
let environment: Record<string, string>;
let snippets: Snippet[];
let first: PulledExport;
let newest: PulledExport;
beforeAll(async () => {
  snippets = await readSnippets();
  shop = await ExportShop.open();
  await shop.addUsers({ userId: "1", features: { city: "Nantes" } }, { userId: "2", features: { city: null } });
  await shop.addItems({ itemId: "A" }, { itemId: "B" });
  await shop.addRatings({ userId: "1", itemId: "A", rating: 4 }, { userId: "2", itemId: "A", rating: 2 });
  first = await shop.export();
  await shop.addUsers({ userId: "3", features: { city: "Reno", zip: 89501 } });
  await shop.does({ user: "3", name: "view_item", item: "B" });
  newest = await shop.export({ csv: true });

  const { origin } = (await shop.runtime.harness.listen()).url;
  folder = join(shop.folder, "downloads");
  await mkdir(folder);
  environment = {
    ENDCAP_URL: origin,
    ENDCAP_SECRET_KEY: TEST_KEYS.secret,
    ENDCAP_S3_ENDPOINT: `${origin}/cdn-cgi/local/r2/s3`,
    AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
    AWS_REGION: "auto",
  };
}, 120_000);
afterAll(() => shop.close());

function codeOf(section: string, language: string): string[] {
  return snippets.filter((one) => one.section === section && one.language === language).map(({ code }) => code);
}

/** Runs a snippet as a person would in a terminal, in `folder` unless told otherwise. */
async function shell(code: string, cwd = folder): Promise<string> {
  const here = code.replaceAll("npm run endcap --", `"${process.execPath}" "${resolve("scripts/endcap.ts")}"`);
  const options = { cwd, env: { ...process.env, ...environment } };
  return (await promisify(execFile)("bash", ["-euo", "pipefail", "-c", here], options)).stdout;
}

/** What a snippet fetched is the newest export, as it was made. */
async function expectNewest(): Promise<void> {
  for (const { file, sha256 } of filesOf(newest.manifest)) {
    const bytes = await readFile(join(folder, "data", newest.manifest.id, file));
    expect(createHash("sha256").update(bytes).digest("hex"), file).toBe(sha256);
  }
  const manifest = await readFile(join(folder, "data", newest.manifest.id, "manifest.json"), "utf8");
  expect(JSON.parse(manifest)).toEqual(newest.manifest);
}

async function startAnew(): Promise<void> {
  await rm(join(folder, "data"), { recursive: true, force: true });
}

it("has the snippets that are run here, and no other", () => {
  expect(snippets.map(({ section, language }) => `${section}: ${language}`)).toEqual([
    "`endcap exports pull`: sh",
    "AWS CLI: sh",
    "Checksums: sh",
    "Over HTTP: sh",
    "Over HTTP: sh",
    "DuckDB: sql",
    "DuckDB: sql",
    "DuckDB: sql",
  ]);
});

describe(PAGE, () => {
  it("pulls the newest export", async () => {
    await startAnew();
    for (const code of codeOf("`endcap exports pull`", "sh")) await shell(code);
    await expectNewest();
  }, 60_000);

  it("syncs it with the AWS CLI, or by the calls that it makes where there is none", async () => {
    await startAnew();
    const hasCli = await shell("aws --version").then(
      () => true,
      () => false,
    );
    if (hasCli) for (const code of codeOf("AWS CLI", "sh")) await shell(code);
    else await syncByTheSameCalls();
    await expectNewest();
  }, 60_000);

  it("checks what came, and says so when a file is not right", async () => {
    await startAnew();
    await shell(codeOf("`endcap exports pull`", "sh").join("\n"));
    const [check = ""] = codeOf("Checksums", "sh");
    const cwd = join(folder, "data", newest.manifest.id);
    expect(await shell(check, cwd)).toBe("");
    await writeFile(join(cwd, PART), "something else");
    await expect(shell(check, cwd)).rejects.toMatchObject({ stdout: `${PART}: FAILED\n` });
    // Of the tables that were fetched, whatever the manifest names besides.
    await rm(join(cwd, "training"), { recursive: true });
    expect(await shell(check, cwd)).toBe("");
  }, 60_000);

  it("fetches a file by its URL, and goes on with it where it broke", async () => {
    const [byUrl = ""] = codeOf("Over HTTP", "sh");
    const [part] = newest.manifest.tables.training.parts;
    expect(await shell(byUrl)).toBe(`${part?.sha256}  part-00000.parquet\n`);

    const path = join(folder, "part-00000.parquet");
    const whole = await readFile(path);
    const half = Math.floor(whole.byteLength / 2);
    // Not the file's bytes: if they are still there afterwards, only the other half was fetched.
    await writeFile(path, Buffer.alloc(half));
    await shell(byUrl);
    expect((await readFile(path)).equals(Buffer.concat([Buffer.alloc(half), whole.subarray(half)]))).toBe(true);
  }, 60_000);

  it("fetches every file with the key", async () => {
    await startAnew();
    await shell(codeOf("Over HTTP", "sh").join("\n").replace("-C - -O", "-O"));
    await expectNewest();
  }, 60_000);

  it("reads what was fetched with DuckDB", async () => {
    await startAnew();
    await shell(codeOf("`endcap exports pull`", "sh").join("\n"));
    await shell(`${codeOf("`endcap exports pull`", "sh").join("\n").trim()} --id ${first.manifest.id}`);
    const run = (sql: string, id = newest.manifest.id, next = first.manifest.id): ReturnType<typeof queryDuckDb> =>
      queryDuckDb(sql.replaceAll("'data/", `'${folder}/data/`).replaceAll("<id>", id).replaceAll("<next id>", next));
    const [oneExport = "", several = "", missing = ""] = codeOf("DuckDB", "sql");
    expect(await run(oneExport)).toEqual([
      { rating_kind: "explicit", pairs: "2", mean: 3 },
      { rating_kind: "implicit", pairs: "1", mean: expect.any(Number) },
    ]);
    expect(await run(several)).toEqual([
      { export: first.manifest.id, users: "2", with_a_city: "1" },
      { export: newest.manifest.id, users: "3", with_a_city: "2" },
    ]);
    expect(await run(missing)).toEqual([{ column_name: "user_zip" }]);
    expect(await run(missing, first.manifest.id, newest.manifest.id)).toEqual([]);
  }, 60_000);
});

/** `aws s3 sync`: it lists the folder and gets each object. */
async function syncByTheSameCalls(): Promise<void> {
  const client = createS3Client({ endpoint: environment["ENDCAP_S3_ENDPOINT"] ?? "", credentials: LOCAL_CREDENTIALS });
  const listed = await client.send(
    new ListObjectsV2Command({ Bucket: EXPORTS_BUCKET, Prefix: `${newest.manifest.id}/` }),
  );
  for (const { Key: key = "" } of listed.Contents ?? []) {
    const object = await client.send(new GetObjectCommand({ Bucket: EXPORTS_BUCKET, Key: key }));
    const path = join(folder, "data", key);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, (await object.Body?.transformToByteArray()) ?? "");
  }
  client.destroy();
}

it("reads a file by its URL alone, as a Parquet reader does: HEAD, then ranges from the end", async () => {
  const { body } = await shop.runtime.call(`/v1/exports/${newest.manifest.id}`);
  const { url, rows } = body.files.find(({ file }: { file: string }) => file === PART);
  const { pathname, search } = new URL(url);
  const asked: string[] = [];
  const file = await asyncBufferFromUrl({
    url: `${environment["ENDCAP_URL"]}${pathname}${search}`,
    fetch: async (input, init) => {
      asked.push(`${init?.method ?? "GET"} ${new Headers(init?.headers).get("range") ?? ""}`.trim());
      return fetch(input, init);
    },
  });
  const read = await parquetReadObjects({ file, columns: ["item_id", "rating_kind"] });
  expect(read).toHaveLength(rows);
  expect(asked[0]).toBe("HEAD");
  expect(asked.slice(1).every((request) => request.startsWith("GET bytes="))).toBe(true);
});
