import type { Buckets } from "../../../domain/analytics/reports/buckets.ts";
import { HOUR_MILLISECONDS } from "../../../domain/ledger/limits.ts";
import { LINE_DELTAS } from "../line-deltas.ts";
import { Bindings, listSql } from "./bindings.ts";

/** A table of counters, and what a question finds in it: SQL over its row `counted`, by name. */
export interface CountedTable {
  readonly name:
    | "hourly_items"
    | "hourly_lines"
    | "hourly_line_countries"
    | "hourly_orders"
    | "hourly_recommendations"
    | "line_deltas";
  readonly columns: Readonly<Record<string, string>>;
}

/** What stands for a table that does not have its rows one by one. */
const SOURCES: Readonly<Partial<Record<CountedTable["name"], string>>> = { line_deltas: LINE_DELTAS };

/** Which counters are meant. */
export interface CountedRows {
  /** Their columns have the same names. */
  readonly tables: readonly CountedTable[];
  readonly buckets: Buckets;
  /** What a column must be equal to. */
  readonly filters: Readonly<Record<string, string>>;
  /** Only these items, found one by one instead of among all; null for all. */
  readonly items: readonly string[] | null;
  /** Only items that are of this line now. */
  readonly lineNow?: string | undefined;
  /** Only rows of which something was sold, or came back: of an item's rows a twentieth, and the rest need not be sorted. */
  readonly isSold?: true;
}

/** How counters are added up. */
export interface CountedQuestion extends CountedRows {
  /** Columns of a group. They may name `time` and `grain`. */
  readonly keys: readonly string[];
  /** SQL of the sums, by name. */
  readonly sums: Readonly<Record<string, string>>;
  /** SQL over the sums: groups of which it does not hold are left out. */
  readonly having: string;
  /** Only groups whose `columns` have one of these `values`. */
  readonly among?: { readonly columns: readonly string[]; readonly values: readonly (readonly string[])[] } | undefined;
  /** SQL that rows are ordered by; their keys otherwise. */
  readonly order?: readonly string[] | undefined;
  /** Keys of the row after which the answer begins. */
  readonly after?: readonly (string | number)[] | undefined;
  readonly limit?: number | undefined;
}

/** A group: its keys and its sums. */
export type CountedGroup = Readonly<Record<string, string | number>>;

/** Hours of the buckets one by one, each with its row's time. */
function singleHours({ hours }: Buckets): [hour: number, time: number][] {
  return hours.flatMap(([from, to, time]) =>
    Array.from({ length: Math.max(0, Math.ceil((to - from) / HOUR_MILLISECONDS)) }, (_, n): [number, number] => {
      const hour = from + n * HOUR_MILLISECONDS;
      return [hour, time ?? hour];
    }),
  );
}

/**
 * SQL of the counters that are meant, each with the `time` and `grain` of its row. Spans come first in every join, so
 * that each is one walk along the table's key; hours are the key's first column.
 */
export function countedSql(rows: CountedRows, bindings: Bindings): string {
  const { tables, buckets, filters, items } = rows;
  const byHour = buckets.interval === "hour";
  const days = bindings.add(JSON.stringify(buckets.days));
  const hours = bindings.add(JSON.stringify(items === null ? buckets.hours : singleHours(buckets)));
  const hourly =
    items === null
      ? "counted.hour >= span.value ->> 0 AND counted.hour < span.value ->> 1"
      : "counted.hour = span.value ->> 0";
  const hourTime = items === null ? "coalesce(span.value ->> 2, counted.hour)" : "span.value ->> 1";
  const wanted = items === null ? "" : `CROSS JOIN json_each(${bindings.add(JSON.stringify(items))}) AS wanted`;
  const conditions = [
    ...(items === null ? [] : ["counted.item_id = wanted.value"]),
    ...(rows.isSold === true ? ["(counted.quantity <> 0 OR counted.revenue <> 0)"] : []),
    ...Object.entries(filters).map(([column, value]) => `counted.${column} = ${bindings.add(value)}`),
    ...(rows.lineNow === undefined ? [] : [ofLineNow(rows.lineNow, bindings)]),
  ].map((condition) => ` AND ${condition}`);
  const part = ({ name, columns }: CountedTable, spans: string, grain: "hour" | "day", match: string, time: string) =>
    `SELECT ${time} AS time, '${byHour ? grain : buckets.interval}' AS grain, ${listSql(columns)}
     FROM json_each(${spans}) AS span ${wanted} CROSS JOIN ${SOURCES[name] ?? name} AS counted
     WHERE ${match} AND counted.grain = '${grain}'${conditions.join("")}`;
  // Two and two, since D1 takes a compound of five at most.
  return tables
    .map(
      (table) =>
        `SELECT * FROM (${part(table, hours, "hour", hourly, hourTime)} UNION ALL
          ${part(table, days, "day", "counted.hour = span.value ->> 0", "span.value ->> 1")})`,
    )
    .join(" UNION ALL ");
}

/** SQL of what holds for the items of a line; those that nobody knows are of the line `""`. */
function ofLineNow(line: string, bindings: Bindings): string {
  return line === ""
    ? "counted.item_id NOT IN (SELECT item_id FROM items WHERE category <> '')"
    : `counted.item_id IN (SELECT item_id FROM items WHERE category = ${bindings.add(line)})`;
}

function amongSql(question: CountedQuestion, bindings: Bindings): string {
  if (question.among === undefined) return "";
  const { columns, values } = question.among;
  const list = bindings.add(JSON.stringify(values));
  const wanted = columns.map((_, place) => `value ->> ${place}`).join(", ");
  return `WHERE (${columns.join(", ")}) IN (SELECT ${wanted} FROM json_each(${list}))`;
}

/** The statement that answers a question. */
export function countedStatement(db: D1Database, question: CountedQuestion): D1PreparedStatement {
  const { keys, sums, having, order = keys, after, limit } = question;
  const bindings = new Bindings();
  const rows = countedSql(question, bindings);
  const among = amongSql(question, bindings);
  const follows =
    after === undefined ? "" : ` AND (${keys.join(", ")}) > (${after.map((value) => bindings.add(value)).join(", ")})`;
  // Sums may have the names of what they add up: outside they are meant.
  const sql = `SELECT * FROM (SELECT ${[...keys, listSql(sums)].join(", ")} FROM (${rows}) ${among} GROUP BY ${keys.join(", ")})
    WHERE (${having})${follows} ORDER BY ${order.join(", ")}
    ${limit === undefined ? "" : `LIMIT ${bindings.add(limit)}`}`;
  return db.prepare(sql).bind(...bindings.values);
}

/** Counters added up. */
export async function readCounted(db: D1Database, question: CountedQuestion): Promise<CountedGroup[]> {
  const { results } = await countedStatement(db, question).all<CountedGroup>();
  return results;
}
