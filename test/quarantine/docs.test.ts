import { readFile, writeFile } from "node:fs/promises";

import { expect, it } from "vitest";

import { EVENT_REASONS, reasonsTable, ROW_REASONS } from "./reasons.ts";

const PAGE = "docs/quarantine.md";
/** With ENDCAP_WRITE_DOCS=1 the page is brought up to date instead of compared. */
const WRITE = process.env["ENDCAP_WRITE_DOCS"] === "1";

/** The formatter pads cells and draws rules as long as they are: neither is content. */
function content(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.replaceAll(/ +/g, " ").replaceAll(/-{2,}/g, "--").trim())
    .filter((line) => line !== "");
}

it.each([
  ["event-reasons", EVENT_REASONS],
  ["row-reasons", ROW_REASONS],
])("docs/quarantine.md shows %s as the code has them", async (name, reasons) => {
  const pattern = new RegExp(`(<!-- generated: ${name} -->\\n)([\\s\\S]*?)(<!-- /generated -->)`);
  const page = await readFile(PAGE, "utf8");
  const block = pattern.exec(page);
  expect(block).not.toBeNull();
  const table = reasonsTable(reasons);
  if (WRITE) {
    await writeFile(
      PAGE,
      page.replace(pattern, (_, before: string, __, after: string) => `${before}\n${table}\n\n${after}`),
    );
    return;
  }
  expect(content(block?.[2] ?? "")).toEqual(content(table));
});
