import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";

import {
  EXPORT_TABLE_VERSIONS,
  ITEM_COLUMNS,
  ITEM_KEY_COLUMNS,
  RATING_COLUMNS,
  TRAINING_COLUMNS,
  USER_COLUMNS,
  USER_KEY_COLUMNS,
} from "../../domain/exports/columns.ts";
import { EXPORT_TABLES, type ExportColumn, type ExportTable } from "../../domain/exports/manifest.ts";
import { columnsText } from "../lake/contract-text.ts";
import { type GeneratedBlock, testGeneratedBlocks } from "../support/generated-docs.ts";

const PAGE = "docs/data-contracts.md";

const COLUMNS: Readonly<Record<ExportTable, readonly ExportColumn[]>> = {
  training: [...TRAINING_COLUMNS, ...USER_COLUMNS, ...ITEM_COLUMNS],
  ratings: RATING_COLUMNS,
  users: [...USER_KEY_COLUMNS, ...USER_COLUMNS],
  items: [...ITEM_KEY_COLUMNS, ...ITEM_COLUMNS],
};

testGeneratedBlocks(
  PAGE,
  EXPORT_TABLES.map((name): GeneratedBlock => [
    `columns of ${name}`,
    () => columnsText({ name, version: EXPORT_TABLE_VERSIONS[name], columns: COLUMNS[name] }),
  ]),
);

it("says the version that each table of exports has", async () => {
  const page = await readFile(PAGE, "utf8");
  for (const name of EXPORT_TABLES) expect(page).toContain(`### \`${name}\`, version ${EXPORT_TABLE_VERSIONS[name]}`);
});
