import { execFile } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { startRuntime, TEST_KEYS, type TestRuntime } from "../support/runtime.ts";
import { openTestShop } from "../support/shop.ts";

/** Inside the project, since the generated client finds its runtime among the project's packages. */
const FOLDER = `.wrangler/client-${crypto.randomUUID()}`;
const CLIENT_TIMEOUT_MILLISECONDS = 60_000;
const execute = promisify(execFile);

/** A shop's program, written against the generated client. */
const PROGRAM = `
import * as endcap from "./client.ts";

export async function shop(baseUrl: string, key: string): Promise<string[]> {
  endcap.defaults.baseUrl = baseUrl;
  endcap.defaults.headers = { authorization: \`Bearer \${key}\` };
  const event = { event_id: crypto.randomUUID(), name: "view_item", params: { items: [{ item_id: "item-07" }] } };
  const taken = await endcap.sendEvents({ user_id: "1", events: [event] }, {});
  if (taken.status !== 202) throw new Error(JSON.stringify(taken.data));
  const answer = await endcap.getRecommendations("home", { userId: "1", limit: 4 });
  if (answer.status !== 200) throw new Error(answer.data.error.message);
  const refused = await endcap.getSyncRun("nothing");
  if (refused.status !== 404) throw new Error("There is no such run.");
  const code: string = refused.data.error.code;
  const items: string[] = answer.data.shelves.flatMap((shelf) => shelf.items.map((item) => item.item_id));
  return [String(taken.data.accepted), code, ...items];
}
`;
const MISTAKE = `
import * as endcap from "./client.ts";
export const wrong = endcap.getRecommendations("home", { colour: "red" });
`;

async function compile(file: string): Promise<string> {
  const options = ["--noEmit", "--strict", "--target", "es2023", "--module", "esnext", "--moduleResolution", "bundler"];
  const found = [
    "--allowImportingTsExtensions",
    "--skipLibCheck",
    "--ignoreConfig",
    "--lib",
    "es2023,dom,dom.iterable",
  ];
  return execute("tsc", [...options, ...found, join(FOLDER, file)]).then(
    () => "",
    (error: { stdout: string }) => error.stdout,
  );
}

let runtime: TestRuntime;
beforeAll(async () => {
  await mkdir(FOLDER, { recursive: true });
  await execute("oazapfts", ["web/openapi.json", join(FOLDER, "client.ts")]);
  await writeFile(join(FOLDER, "program.ts"), PROGRAM);
  await writeFile(join(FOLDER, "mistake.ts"), MISTAKE);
  runtime = await startRuntime();
  await openTestShop(runtime);
}, CLIENT_TIMEOUT_MILLISECONDS);
afterAll(async () => {
  await rm(FOLDER, { recursive: true });
  await runtime.close();
});

describe("a client that a public generator makes of the document", () => {
  it("compiles with what a shop writes against it", async () => {
    expect(await compile("program.ts")).toBe("");
  });

  it("does not compile with a parameter that there is not", async () => {
    expect(await compile("mistake.ts")).toContain("colour");
  });

  it("works: events are taken, recommendations come, refusals say why", async () => {
    const { shop } = (await import(pathToFileURL(resolve(FOLDER, "program.ts")).href)) as {
      shop: (url: string, key: string) => Promise<string[]>;
    };
    const { url } = await runtime.harness.listen();
    const [accepted, code, ...items] = await shop(url.origin, TEST_KEYS.secret);
    expect([accepted, code]).toEqual(["1", "not_found"]);
    expect(items.length).toBeGreaterThan(0);
    expect(items).not.toContain("item-07");
  });
});
