import { readFileSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { describe, expect, it } from "vitest";

import { GENERATED_BLOCKS, siteFiles } from "../../workers/api/openapi/site.ts";
import { type GeneratedBlock, testGeneratedBlocks } from "../support/generated-docs.ts";

/** `npm run docs:api` brings everything up to date instead of comparing it. */
const WRITE = process.env["ENDCAP_WRITE_DOCS"] === "1";
/** Files of `web/docs` that people write. */
const WRITTEN_BY_HAND = ["docs.css", "docs.js"];

const blocks = (...names: readonly string[]) =>
  names.map((name): GeneratedBlock => [name, () => GENERATED_BLOCKS[name]?.() ?? ""]);
testGeneratedBlocks("docs/api/errors.md", blocks("error-codes"));
testGeneratedBlocks("docs/api/limits.md", blocks("limits"));
testGeneratedBlocks("docs/api.md", blocks("event-names"));

describe("what is served at /openapi.json and /docs", () => {
  const files = siteFiles((name) => readFileSync(`docs/api/${name}.md`, "utf8"));

  it.each([...files])("%s is what the code and the guide say (npm run docs:api)", async (path, text) => {
    const file = join("web", path);
    if (WRITE) {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    }
    expect(await readFile(file, "utf8")).toBe(text);
  });

  it("has no page that nothing makes", async () => {
    const present = (await readdir("web/docs", { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).replace("web/", ""));
    const known = [...files.keys(), ...WRITTEN_BY_HAND.map((name) => `docs/${name}`)];
    expect(present.filter((path) => !known.includes(path))).toEqual([]);
  });

  it("loads nothing from anywhere else, and leads nowhere that is not there", () => {
    const pages = [...files].filter(([path]) => path.endsWith(".html"));
    const addresses = new Set(pages.map(([path]) => `/${path.replace(/(index)?\.html$/, "")}`));
    for (const [path, text] of pages) {
      const ids = new Set([...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
      for (const [, link = ""] of text.matchAll(/(?:href|src)="([^"]+)"/g)) {
        const [address = "", fragment] = link.split("#");
        if (address === "") expect(ids, `${path}: ${link}`).toContain(fragment);
        else if (address.startsWith("/docs/") && !/\.(css|js)$/.test(address))
          expect(addresses, `${path}: ${link}`).toContain(address);
        else expect(["/icon.svg", "/openapi.json", "/docs/docs.css", "/docs/docs.js"], path).toContain(address);
      }
    }
  });
});
