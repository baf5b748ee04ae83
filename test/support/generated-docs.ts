import { readFile, writeFile } from "node:fs/promises";

import { expect, it } from "vitest";

/** `ENDCAP_WRITE_DOCS=1` brings pages up to date instead of comparing them. */
const WRITE = process.env["ENDCAP_WRITE_DOCS"] === "1";

/** A block of a page, between `<!-- generated: name -->` and `<!-- /generated -->`, and what must stand in it. */
export type GeneratedBlock = readonly [name: string, text: () => string];

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

/** Declares a test for each block of a page: it says what the code says. */
export function testGeneratedBlocks(page: string, blocks: readonly GeneratedBlock[]): void {
  it.each(blocks)(`${page} shows %s as the code has it`, async (name, text) => {
    const present = await readFile(page, "utf8");
    const block = blockPattern(name).exec(present);
    expect(block).not.toBeNull();
    if (WRITE) {
      const replaced = present.replace(
        blockPattern(name),
        (_, before: string, __, after: string) => `${before}\n${text()}\n\n${after}`,
      );
      await writeFile(page, replaced);
      return;
    }
    expect(content(block?.[2] ?? "")).toEqual(content(text()));
  });
}
