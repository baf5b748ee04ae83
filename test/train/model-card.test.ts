import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { cardPage } from "../../scripts/train/model-card/card-page.ts";
import { codeBlock } from "../../scripts/train/model-card/escape-text.ts";
import { formatNumber, formatShare } from "../../scripts/train/model-card/format-number.ts";
import type { ModelCard } from "../../scripts/train/model-card/model-card.ts";
import { writeModelCard } from "../../scripts/train/model-card/write-model-card.ts";
import { CURVE } from "./card-curve.ts";

const CARD = {
  version: "blend-20261121-a1b2c3",
  createdAt: "2026-11-21T10:00:00.000Z",
  sourceExport: "exp_2026-11-20",
  seed: 20_261_121,
  commandLine: "endcap train --export exp_2026-11-20 --seed 20261121",
  data: {
    users: 6_040,
    items: 3_706,
    interactions: 1_000_209,
    ratedShare: 0.875,
    density: 0.04468,
    firstAt: Date.UTC(2024, 0, 2),
    lastAt: Date.UTC(2026, 10, 20, 23),
  },
  parameters: { regularization: 316.22776601683796, dropout: 0.3, rows_of: "users | items" },
  blend: { profile: 0.25, together: 1.75, popularity: -0.125 },
  metrics: [
    { name: "ndcg@10", value: 0.171_34, low: 0.166, high: 0.1767, of: "blend" },
    { name: "ndcg@10", value: 0.0912, low: 0.0871, high: 0.0953, of: "popularity" },
    { name: "coverage", value: 0.4321, of: "blend" },
  ],
  curves: [CURVE],
  seconds: { towers: 61.5, "item–item weights": 11.7 },
  limits: ["It knows nothing of stock.", "Baskets of <one> item & *no* past."],
} as const satisfies ModelCard;

describe("the page about a model", () => {
  const page = cardPage(CARD);

  it("holds every number of the card", () => {
    const { data, seconds, blend, parameters, seed } = CARD;
    const { metrics, curves }: ModelCard = CARD;
    const counts = [data.users, data.items, data.interactions];
    const measured = metrics.flatMap(({ value, low = value, high = value }) => [value, low, high]);
    const points = curves.flatMap(({ series }) => series.flatMap((one) => one.points)).flatMap(({ x, y }) => [x, y]);
    const rounded = [counts, Object.values(seconds), Object.values(blend), measured, points].flat().map(formatNumber);
    const exact = [seed, parameters["regularization"], parameters["dropout"]].map(String);
    const told = new Set(page.match(/-?\d[\d.,-]*(?<=\d)(?: %)?/g));
    for (const number of [...rounded, ...exact, formatShare(data.ratedShare), formatShare(data.density)])
      expect(told).toContain(number);
    expect(told).toContain("2024-01-02");
    expect(told).toContain("2026-11-20");
  });

  it("compares what was measured, row by row, with intervals where there are some", () => {
    expect(page).toContain("| metric | blend | popularity |");
    expect(page).toContain("| ndcg@10 | 0.1713 (0.166–0.1767) | 0.0912 (0.0871–0.0953) |");
    expect(page).toContain("| coverage | 0.4321 |  |");
  });

  it("says what it is for, what it does not do, and how to make it again", () => {
    for (const title of [
      "What it is for",
      "Data",
      "Metrics",
      "Curves",
      "Parameters",
      "Blend",
      "What it does not do",
      "Time",
    ])
      expect(page).toContain(`## ${title}\n`);
    expect(page).toContain("- It knows nothing of stock.\n");
    expect(page).toContain(`\n\`\`\`sh\n${CARD.commandLine}\n\`\`\``);
  });

  it("leaves Markdown no part in what comes from outside", () => {
    expect(page).toContain(String.raw`Baskets of &lt;one> item &amp; \*no\* past.`);
    expect(page).toContain(String.raw`| rows\_of | users \| items |`);
    expect(codeBlock("a ``` b", "sh")).toBe("````sh\na ``` b\n````");
  });

  it("has no section of which nothing is known", () => {
    const bare = cardPage({ ...CARD, metrics: [], curves: [], blend: {}, seconds: {}, sourceExport: null });
    for (const title of ["Metrics", "Curves", "Blend", "Time"]) expect(bare).not.toContain(`## ${title}\n`);
    expect(bare).toContain("| export | none |");
    expect(cardPage({ ...CARD, data: { ...CARD.data, firstAt: null } })).toContain("| first interaction | unknown |");
  });
});

describe("a number to be read", () => {
  it.each([
    [0, "0"],
    [1_000_209, "1,000,209"],
    [0.171_344, "0.1713"],
    [-12.345_6, "-12.35"],
    [12_345.67, "12,345.7"],
    [0.000_012_346, "1.235e-5"],
  ])("%d is %s", (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  it.each([
    [0.04468, "4.468 %"],
    [0.07, "7 %"],
    [1, "100 %"],
  ])("the share %d is %s", (share, text) => {
    expect(formatShare(share)).toBe(text);
  });
});

describe("the files of a card", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "endcap-card-"));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  it("are the page and each picture that it shows, the same each time, in a folder that is made", async () => {
    const card = { ...CARD, curves: [CURVE, { ...CURVE, title: "Verlust ü/λ" }] };
    const contents = [];
    for (const name of ["one", "other"]) {
      await writeModelCard(join(folder, name), card);
      const names = (await readdir(join(folder, name))).sort();
      expect(names).toEqual(["MODEL_CARD.md", "curve-1-ndcg-10-by-epoch.svg", "curve-2-verlust.svg"]);
      contents.push(await Promise.all(names.map((file) => readFile(join(folder, name, file), "utf8"))));
    }
    expect(contents[0]).toEqual(contents[1]);
    const shown = [...(contents[0]?.[0] ?? "").matchAll(/!\[[^\]]*\]\(([^)]+)\)/g)].map(([, file]) => file);
    expect(shown).toEqual(["curve-1-ndcg-10-by-epoch.svg", "curve-2-verlust.svg"]);
  });
});
