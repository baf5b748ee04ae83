import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";

import { LAKE_TABLES } from "../../domain/lake/lake-table.ts";
import { LAKE_TABLE_TRAITS } from "../../domain/lake/tables.ts";
import { type GeneratedBlock, testGeneratedBlocks } from "../support/generated-docs.ts";
import { columnsText, eventNamesText } from "./contract-text.ts";

const PAGE = "docs/data-contracts.md";

const BLOCKS: readonly GeneratedBlock[] = [
  ["event-names", eventNamesText],
  ...LAKE_TABLES.map((name): GeneratedBlock => [
    `columns of ${name}`,
    () => columnsText(LAKE_TABLE_TRAITS[name].table),
  ]),
];

testGeneratedBlocks(PAGE, BLOCKS);

it("says the version that each table has", async () => {
  const page = await readFile(PAGE, "utf8");
  for (const name of LAKE_TABLES) {
    expect(page).toContain(`### \`${name}\`, version ${LAKE_TABLE_TRAITS[name].table.version}`);
  }
});
