import { LINE_WIDTH } from "../limits.ts";

/**
 * A text as `//` comments, broken where a line is full. Names of tables and columns stand in it: nothing that ends a
 * line may come through, or it would be read as code.
 */
export function comment(text: string, indent: number): string[] {
  const begin = `${" ".repeat(indent)}// `;
  const words = plain(text).split(" ");
  const lines: string[] = [];
  let line = "";
  for (const word of words) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && begin.length + longer.length > LINE_WIDTH) {
      lines.push(begin + line);
      line = word;
    } else line = longer;
  }
  return [...lines, begin + line];
}

/** A text in one line: control characters and line ends of every kind become spaces. */
export function plain(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029\s]+/gu, " ").trim();
}
