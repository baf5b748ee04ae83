import { readFile, writeFile } from "node:fs/promises";

import { expect, it } from "vitest";

import config from "../../../endcap.config.ts";
import { impliedRating } from "../../../domain/ratings/implied-rating.ts";
import { RATING_EXAMPLES } from "./rating-examples.ts";

const PAGE = "docs/ratings.md";
/** With ENDCAP_WRITE_DOCS=1 the page is brought up to date instead of compared. */
const WRITE = process.env["ENDCAP_WRITE_DOCS"] === "1";
const BLOCK = /(<!-- generated: examples -->\n)([\s\S]*?)(<!-- \/generated -->)/;
const DAY = 24 * 60 * 60 * 1000;
const NOW = Date.parse("2026-11-21T10:00:00.000Z");
const NOTHING = { views: 0, carts: 0, removals: 0, purchases: 0, others: 0, refunds: 0, rating: null };

function examplesTable(): string {
  const rows = RATING_EXAMPLES.map(({ what, counts, daysAgo }) => {
    const rated = impliedRating({ ...NOTHING, ...counts, last_at: NOW - daysAgo * DAY }, NOW, config.ratings);
    const when = daysAgo === 0 ? "today" : `${daysAgo} days ago`;
    return `| ${what} | ${when} | ${rated?.rating ?? "none"} | ${rated?.kind ?? "–"} |`;
  });
  return ["| the shopper has … | last | rating | kind |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

/** The formatter pads cells and draws rules as long as they are: neither is content. */
function content(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.replaceAll(/ +/g, " ").replaceAll(/-{2,}/g, "--").trim())
    .filter((line) => line !== "");
}

it("docs/ratings.md shows the examples as the rule rates them", async () => {
  const page = await readFile(PAGE, "utf8");
  if (WRITE) {
    await writeFile(
      PAGE,
      page.replace(BLOCK, (_, before: string, __, after: string) => `${before}\n${examplesTable()}\n\n${after}`),
    );
    return;
  }
  expect(content(BLOCK.exec(page)?.[2] ?? "")).toEqual(content(examplesTable()));
});

it("docs/ratings.md names the defaults that the configuration fills in", async () => {
  const page = await readFile(PAGE, "utf8");
  const { weights, halfLifeDays, oldShare } = config.ratings;
  for (const [name, value] of Object.entries({ ...weights, halfLifeDays, oldShare })) {
    expect(content(page).join("\n")).toContain(`| \`${name}\` | ${value} |`);
  }
});
