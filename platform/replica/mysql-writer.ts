import { canHold } from "../../domain/sync/key.ts";
import type { ColumnDescription } from "../../domain/sync/replica.ts";
import type { Cell, StatementWriter } from "./statement-writer.ts";

/** Hexadecimal digits of a 64-bit number. */
const HASH_DIGITS = 16;
/** Stands for a row that could not be hashed: more than the hashes of all rows of any table add up to. */
const NOT_HASHED = `1${"0".repeat(40)}`;
const CHARACTER_SET_PATTERN = /^(\w+)\/(\w+)$/;
const ASCII_PATTERN = /^[\x20-\x7e]*$/;

function quoteName(identifier: string): string {
  return `\`${identifier.replaceAll("`", "``")}\``;
}

/**
 * A text as a literal in hexadecimal: it means the same under every `sql_mode`, where escaping by backslash does not,
 * and needs no prepared statement, which Hyperdrive does not take as text.
 */
export function hexLiteral(text: string): string {
  return `_utf8mb4 X'${Buffer.from(text, "utf8").toString("hex")}'`;
}

function readCell({ column, maxLength }: Cell): string {
  const name = quoteName(column.name);
  if (column.type === "bit") return `${name} + 0`;
  return maxLength === null ? name : `LEFT(${name}, ${maxLength})`;
}

/**
 * A cell so that no two rows of cells become the same text: texts after their length, NULL as a word that no length is.
 * Not QUOTE, which takes twice the time. An oversized text makes CONCAT, and with it the row's hash, NULL: hence no
 * IFNULL around it, which would hide that.
 */
function unmistakable(cell: Cell): string {
  const { column } = cell;
  const read = readCell(cell);
  if (column.kind !== "text" && column.kind !== "json") return column.nullable ? `IFNULL(${read}, 'NULL')` : read;
  // Texts of different character sets cannot be joined, unless they are converted first.
  const text = column.characterSet?.startsWith("utf8mb4/") === true ? read : `CONVERT(${read} USING utf8mb4)`;
  const marked = `CONCAT(CHAR_LENGTH(${text}), ':', ${text})`;
  return column.nullable ? `IF(${quoteName(column.name)} IS NULL, 'NULL', ${marked})` : marked;
}

function checksum(cells: readonly Cell[], from: string): string {
  // SHA-256 and not MD5: it is as fast here, and still there under FIPS.
  const digest = `SHA2(CONCAT(${cells.map(unmistakable).join(", ',', ")}), 256)`;
  const hash = `CAST(CONV(LEFT(${digest}, ${HASH_DIGITS}), 16, 10) AS UNSIGNED)`;
  // SUM leaves NULLs out: then the row could change and the total would not. The digest stands here only once, because
  // the planner takes it again for every aggregate that names it.
  const total = `SUM(IFNULL(${hash}, ${NOT_HASHED}))`;
  return `n, IF(total >= ${NOT_HASHED}, NULL, total) AS total FROM (SELECT COUNT(*) AS n, ${total} AS total ${from}) AS hashes`;
}

function value(text: string, column: ColumnDescription): string {
  // A number must be written as one: compared with a text, MySQL turns both into doubles and loses large keys.
  return column.kind === "number" && canHold(column, text) ? text : hexLiteral(text);
}

/**
 * A column of a narrower character set refuses a list with one value that it cannot hold. Such a value becomes NULL:
 * the server knows which, by converting it there and back.
 */
function key(text: string, column: ColumnDescription): string {
  const [, charset, collation] = CHARACTER_SET_PATTERN.exec(column.characterSet ?? "") ?? [];
  const written = value(text, column);
  if (charset === undefined || charset === "utf8mb4" || ASCII_PATTERN.test(text)) return written;
  const converted = `CONVERT(${written} USING ${charset})`;
  const same = `CONVERT(${converted} USING utf8mb4) COLLATE utf8mb4_bin = ${written}`;
  return `IF(${same}, ${converted} COLLATE ${collation}, NULL)`;
}

/** MySQL's and MariaDB's SQL. Values stand in it as literals: one writer serves any number of statements. */
export const MYSQL_WRITER: StatementWriter = {
  name: quoteName,
  value,
  canHold: (text, column) => canHold(column, text),
  key,
  read: readCell,
  checksum,
};
