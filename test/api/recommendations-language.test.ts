import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { startRuntime, type TestRuntime } from "../support/runtime.ts";
import { openTestShop, shopItem } from "../support/shop.ts";

let runtime: TestRuntime;
beforeAll(async () => {
  runtime = await startRuntime();
  await openTestShop(runtime);
});
afterAll(() => runtime.close());

/** The title of the first shelf, and the languages said to be in it. */
async function titled(
  query: string,
  headers: Record<string, string> = {},
): Promise<{ title: string; text: string; language: string | null }> {
  const path = `/v1/recommendations?placement=product&item_id=${shopItem(30)}&${query}`;
  const { status, body, headers: answered } = await runtime.call(path, { headers });
  expect(status).toBe(200);
  const [shelf] = body.shelves;
  return { title: shelf.title, text: shelf.items[0].reason.text, language: answered.get("content-language") };
}

const name = `Name of ${shopItem(30)}`;
const inEnglish = { title: `Similar to ${name}`, text: `Similar to ${name}`, language: "en" };
const inGerman = { title: `Ähnlich wie „${name}“`, text: `Ähnlich wie „${name}“`, language: "de" };
const inFrench = {
  title: `Similaires à «\u00a0${name}\u00a0»`,
  text: `Similaire à «\u00a0${name}\u00a0»`,
  language: "fr",
};

describe("an answer's language", () => {
  it("is English where nothing is asked for", async () => expect(await titled("")).toEqual(inEnglish));
  it("is locale's", async () => expect(await titled("locale=de-AT", { "accept-language": "fr" })).toEqual(inGerman));
  it("is else the browser's", async () => {
    expect(await titled("", { "accept-language": "fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5" })).toEqual(inFrench);
  });
  it("falls back for a language that is not there", async () => {
    expect(await titled("locale=ja")).toEqual(inEnglish);
    expect(await titled("locale=ja", { "accept-language": "de" })).toEqual(inGerman);
  });

  it("names a country as that language does", async () => {
    const text = async (locale: string): Promise<string> => {
      const { body } = await runtime.call(`/v1/recommendations?placement=cart&country=US&limit=1&locale=${locale}`);
      return body.shelves[0].items[0].reason.text;
    };
    expect(await text("en")).toBe("Popular in the United States");
    expect(await text("de")).toBe("Landesweit beliebt (Vereinigte Staaten)");
    expect(await text("fr")).toBe("Populaire dans ce pays\u00a0: États-Unis");
  });

  it("is one for a whole page", async () => {
    const placements = [
      { placement: "home", limit: 1 },
      { placement: "product", item_id: shopItem(30), limit: 1 },
    ];
    const { body, headers } = await runtime.call("/v1/recommendations", { body: { locale: "de", placements } });
    expect(headers.get("content-language")).toBe("de");
    expect(body.results[1].shelves[0].title).toBe(inGerman.title);
    expect(body.results[0].shelves.at(-1).title).toBe("Gerade im Trend");
  });

  it("is a similar item's too", async () => {
    const path = `/v1/items/${shopItem(30)}/similar?limit=1`;
    const german = await runtime.call(`${path}&locale=de`);
    expect(german.body.items[0].reason.text).toBe(inGerman.text);
    expect(german.headers.get("content-language")).toBe("de");
    const french = await runtime.call(path, { headers: { "accept-language": "fr" } });
    expect(french.body.items[0].reason.text).toBe(inFrench.text);
  });

  it("is a batch's only by its locale", async () => {
    const texts = async (locale: object): Promise<string[]> => {
      const body = { placement: "home", users: ["1"], limit: 1, ...locale };
      const answered = await runtime.call("/v1/recommendations/batch", { body, headers: { "accept-language": "fr" } });
      return [answered.headers.get("content-language") ?? "", answered.body.results[0].shelves.at(-1).title];
    };
    expect(await texts({ locale: "de" })).toEqual(["de", "Gerade im Trend"]);
    expect(await texts({})).toEqual(["en", "Trending now"]);
  });

  it.each(["de_AT", "deutsch!", ""])('cannot be named "%s"', async (locale) => {
    for (const path of ["/v1/recommendations?placement=home", `/v1/items/${shopItem(30)}/similar?limit=1`]) {
      const { status, body } = await runtime.call(`${path}&locale=${locale}`);
      expect([status, body.error.code]).toEqual([400, "invalid_request"]);
      expect(body.error.message).toContain("locale: must be a BCP 47 language tag");
    }
  });
});

describe("texts of the shop's own", () => {
  let dutch: TestRuntime;
  beforeAll(async () => {
    dutch = await startRuntime({ shop: "./test/api/dutch-shop-config.ts" });
    await openTestShop(dutch);
  });
  afterAll(() => dutch.close());

  it.each([
    ["nl-BE", "nl", `Similar to ${name}`, `Lijkt op ${name}`],
    ["de", "de", `Mehr wie „${name}“`, inGerman.text],
    ["fr", "fr", inFrench.title, inFrench.text],
  ])("stand where ours would, and ours where it has none: %s", async (locale, language, title, text) => {
    const { body, headers } = await dutch.call(
      `/v1/recommendations?placement=product&item_id=${shopItem(30)}&locale=${locale}`,
    );
    expect(headers.get("content-language")).toBe(language);
    expect(body.shelves[0].title).toBe(title);
    expect(body.shelves[0].items[0].reason.text).toBe(text);
  });
});
