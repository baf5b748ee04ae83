import { readFile } from "node:fs/promises";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { startBrowser } from "../browser/browser.ts";
import { eventually, startRuntime, TEST_KEYS, type TestRuntime } from "../support/runtime.ts";
import { openTestShop } from "../support/shop.ts";
import { addressOf, knownInteractions, newVisitor, type Shop, startShop, soon } from "./shop.ts";

let runtime: TestRuntime;
let shop: Shop;
beforeAll(async () => {
  [runtime, shop] = await Promise.all([startRuntime(), startShop()]);
  await openTestShop(runtime);
});
afterAll(async () => {
  await runtime.close();
  await shop.close();
});

describe("what the documents tell a shop to put into its page", () => {
  it("stands in them as it is tested here", async () => {
    const snippet = await readFile("test/client/snippet.html", "utf8");
    for (const page of ["README.md", "docs/storefront.md"]) {
      expect(await readFile(page, "utf8")).toContain(`\`\`\`html\n${snippet}\`\`\``);
    }
  });

  it("shows recommendations at once, and personal ones from the moment the shopper agrees", async () => {
    const snippet = await readFile("test/client/snippet.html", "utf8");
    const page = snippet
      .replaceAll("https://endcap.example", await addressOf(runtime))
      .replace("pk_…", TEST_KEYS.publishable)
      .replaceAll("S18_2238", "item-20");
    const browser = await startBrowser();
    const visitor = await newVisitor(browser);
    await visitor.page.goto(shop.serve("/", `<!doctype html><meta charset="utf-8"><title>Shop</title>${page}`));
    await visitor.page.getByRole("heading").first().waitFor();
    expect(visitor.sent).toEqual([]);

    await visitor.page.getByRole("button", { name: "Recommend me" }).click();
    await soon(() => visitor.asked.at(-1)?.get("consent")).toBe("personalization,analytics");
    const client = visitor.asked.at(-1)?.get("client_id") ?? "";
    await eventually(async () => (await knownInteractions(runtime, `client_id=${client}`)) === 1);
    expect(visitor.complaints).toEqual([]);
    expect(visitor.warnings).toEqual([]);
    await browser.close();
  });
});

describe("the modules of a running Endcap", () => {
  it("are for pages of any origin, and not for long from a cache; their sources stay where they are", async () => {
    const endcap = await addressOf(runtime);
    for (const file of ["client.js", "shelf.js"]) {
      const { headers } = await fetch(`${endcap}/${file}`);
      expect(headers.get("content-type")).toContain("text/javascript");
      expect(headers.get("access-control-allow-origin")).toBe("*");
      expect(headers.get("cache-control")).toContain("max-age=300");
    }
    expect((await fetch(`${endcap}/client.d.ts`)).status).toBe(200);
    expect((await fetch(`${endcap}/client/client.ts`)).status).toBe(404);
  });
});
