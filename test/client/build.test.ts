import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";

import { describe, expect, it } from "vitest";

import { buildClient } from "../../scripts/build-client.ts";

const GZIPPED_MAX_BYTES = 4 * 1024;

/** What a shop in TypeScript might write, and what it must be kept from. */
const USAGE = `
import { endcap, type RecommendationAnswer } from "WEB/client.js";
import "WEB/shelf.js";

endcap.init({ key: "pk_1", dataLayer: true, cookie: { days: 30 }, timeout: 500 });
endcap.consent({ personalization: true, analytics: false });
const id: string | null = endcap.track("view_item", { items: [{ item_id: "1" }], colour: "red" });
endcap.track("our_own_event");
const answer: RecommendationAnswer | null = await endcap.recommend({ placement: "cart", cart: ["1", "2"] });
const first = answer?.shelves[0]?.items[0];
const image: string | null | undefined = first?.item.image;
if (answer && first) endcap.observe(document.body, { recommendation_id: answer.recommendation_id, item_id: first.item_id });
endcap.identify({ userId: "1", token: "t" });
endcap.identify();
const shelf = document.querySelector("endcap-shelf");
shelf?.addEventListener("endcap-select", (event) => console.log(event.detail.item.name, id, image));
document.addEventListener("endcap-change", () => shelf?.remove());

// @ts-expect-error -- a key is needed
endcap.init({});
// @ts-expect-error -- both purposes are said
endcap.consent({ analytics: true });
// @ts-expect-error -- an item is named by item_id
endcap.track("view_item", { items: [{ id: "1" }] });
// @ts-expect-error -- a placement that there is
endcap.recommend({ placement: "footer" });
// @ts-expect-error -- a user needs a token
endcap.identify({ userId: "1" });
`;

describe("what pages load", () => {
  it("is what building its sources gives, byte for byte, and small", async () => {
    const built = await buildClient();
    expect([...built.keys()]).toEqual(["client.js", "shelf.js"]);
    for (const [file, code] of built) {
      // Otherwise: npm run build:client
      expect(await readFile(`web/${file}`, "utf8")).toBe(code);
      expect(gzipSync(code).byteLength).toBeLessThanOrEqual(GZIPPED_MAX_BYTES);
    }
  });

  it("loads nothing but itself", async () => {
    const built = await buildClient();
    expect(built.get("client.js")).not.toMatch(/\bimport\s*[({"'`*]/);
    expect(built.get("shelf.js")?.match(/\bfrom\s*["']([^"']+)/g)).toEqual([expect.stringMatching(/"\.\/client\.js$/)]);
  });

  it("has types that let a shop's code through, and its mistakes not", async () => {
    const folder = await mkdtemp(join("test", "client", "usage-"));
    try {
      await writeFile(join(folder, "usage.ts"), USAGE.replaceAll("WEB", "../../../web"));
      const options = "--noEmit --strict --exactOptionalPropertyTypes --target es2022 --module esnext";
      const libraries = "--moduleResolution bundler --lib es2022,dom,dom.iterable --types --ignoreConfig";
      const compiler = join("node_modules", ".bin", "tsc");
      const args = [...options.split(" "), ...libraries.replace("--types ", "").split(" "), join(folder, "usage.ts")];
      const { stdout } = await promisify(execFile)(compiler, args).catch((error: { stdout: string }) => error);
      expect(stdout).toBe("");
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
