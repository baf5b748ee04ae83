import type { Literal } from "../guess/finding.ts";
import { LINE_WIDTH } from "../limits.ts";

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

function isList(value: Literal): value is readonly Literal[] {
  return Array.isArray(value);
}

/** JSON leaves two line separators as they are, which would end a comment that the text stands in. */
function quoted(value: string | number): string {
  return JSON.stringify(value).replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
}

function propertyName(name: string): string {
  return IDENTIFIER.test(name) ? name : quoted(name);
}

function inline(value: Literal): string {
  if (typeof value !== "object") return quoted(value);
  if (isList(value)) return `[${value.map(inline).join(", ")}]`;
  const members = Object.entries(value).map(([name, member]) => `${propertyName(name)}: ${inline(member)}`);
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}

/**
 * A value as TypeScript, laid out as oxfmt would: in one line where it fits.
 * @param indent spaces in front of the line it begins in
 * @param used characters of that line that are taken, before and behind it
 */
export function literal(value: Literal, indent: number, used: number): string {
  const line = inline(value);
  if (typeof value !== "object" || used + line.length <= LINE_WIDTH) return line;
  const inner = " ".repeat(indent + 2);
  const end = `\n${" ".repeat(indent)}`;
  if (isList(value)) {
    const members = value.map((member) => `${inner}${literal(member, indent + 2, indent + 3)},`);
    return `[\n${members.join("\n")}${end}]`;
  }
  const members = Object.entries(value).map(([name, member]) => {
    const begin = `${inner}${propertyName(name)}: `;
    return `${begin}${literal(member, indent + 2, begin.length + 1)},`;
  });
  return `{\n${members.join("\n")}${end}}`;
}
