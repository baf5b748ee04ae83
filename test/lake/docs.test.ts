import { readFile, writeFile } from "node:fs/promises";
import { expect, it } from "vitest";

import { LAKE_TABLES } from "../../domain/lake/lake-table.ts";
import { LAKE_TABLE_TRAITS } from "../../domain/lake/tables.ts";
import { columnsText, eventNamesText } from "./contract-text.ts";

const PAGE = "docs/data-contracts.md";
/** With ENDCAP_WRITE_DOCS=1 the page is brought up to date instead of compared. */
const WRITE = process.env["ENDCAP_WRITE_DOCS"] === "1";

const BLOCKS: readonly [name: string, text: () => string][] = [
  ["event-names", eventNamesText],
  ...LAKE_TABLES.map((name): [string, () => string] => [
    `columns of ${name}`,
    () => columnsText(LAKE_TABLE_TRAITS[name].table),
  ]),
];

function blockPattern(name: string): RegExp {
  return new RegExp(`(<!-- generated: ${name} -->\\n)([\\s\\S]*?)(<!-- /generated -->)`);
}

/** The formatter pads cells and draws rules as long as they are: neither is content. */
function content(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.replaceAll(/ +/g, " ").replaceAll(/-{2,}/g, "--").trim())
    .filter((line) => line !== "");
}

it.each(BLOCKS)("docs/data-contracts.md shows %s as the code has it", async (name, text) => {
  const page = await readFile(PAGE, "utf8");
  const block = blockPattern(name).exec(page);
  expect(block).not.toBeNull();
  if (WRITE) {
    await writeFile(
      PAGE,
      page.replace(blockPattern(name), (_, before: string, __, after: string) => `${before}\n${text()}\n\n${after}`),
    );
    return;
  }
  expect(content(block?.[2] ?? "")).toEqual(content(text()));
});

it("says the version that each table has", async () => {
  const page = await readFile(PAGE, "utf8");
  for (const name of LAKE_TABLES) {
    expect(page).toContain(`### \`${name}\`, version ${LAKE_TABLE_TRAITS[name].table.version}`);
  }
});
