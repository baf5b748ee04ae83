import type { Database } from "../database.ts";
import type { Answers, Question, Share } from "../guess/answers.ts";
import { DISTINCT_VALUES_MAX, LABELS_MAX, SAMPLE_ROWS, SHAPE_SAMPLE_ROWS, VALUE_MAX_LENGTH } from "../limits.ts";
import { tableInSql } from "./describe-database.ts";
import type { Rows, Session } from "./session.ts";

/** Where a question's column stands, ready for SQL. */
interface Place {
  readonly session: Session;
  readonly from: string;
  readonly column: string;
  /** The table's key, in whose order the first and the last rows are looked at; null where it has none. */
  readonly key: string | null;
  readonly rows: number | null;
}

function placeOf(session: Session, { tables }: Database, question: Question): Place | null {
  const table = tables.find((candidate) => candidate.name === question.table);
  if (table === undefined) return null;
  const [key] = table.primaryKey;
  return {
    session,
    from: tableInSql(session, table),
    column: session.name(question.column),
    key: key === undefined ? null : session.name(key),
    rows: table.rows,
  };
}

/** The first and the last rows of a table: a status that came late stands among the last. */
function sample({ from, column, key }: Place): string {
  if (key === null) return `SELECT ${column} AS v FROM ${from} LIMIT ${SAMPLE_ROWS}`;
  const part = (order: string, name: string): string =>
    `SELECT v FROM (SELECT ${column} AS v FROM ${from} ORDER BY ${key} ${order} LIMIT ${SAMPLE_ROWS}) AS ${name}`;
  return `${part("ASC", "oldest")} UNION ALL ${part("DESC", "newest")}`;
}

function sawAll({ rows, key }: Place): boolean {
  return rows !== null && rows <= (key === null ? SAMPLE_ROWS : SAMPLE_ROWS * 2);
}

async function askValues(place: Place): Promise<{ values: string[]; all: boolean } | null> {
  const rows = await place.session.read(
    `SELECT DISTINCT v FROM (${sample(place)}) AS sampled WHERE v IS NOT NULL ORDER BY v LIMIT ${DISTINCT_VALUES_MAX + 1}`,
  );
  const values = rows.flatMap(({ v }) => (v === null || v === undefined ? [] : [v]));
  // Too many or too long to be a status: then it is something that somebody wrote.
  if (values.length > DISTINCT_VALUES_MAX || values.some((value) => value.length > VALUE_MAX_LENGTH)) return null;
  return { values, all: sawAll(place) };
}

async function askRange(place: Place): Promise<{ least: number; greatest: number } | null> {
  const [row] = await place.session.read(
    `SELECT min(v) AS least, max(v) AS greatest FROM (${sample(place)}) AS sampled WHERE v IS NOT NULL`,
  );
  const { least = null, greatest = null } = row ?? {};
  return least === null || greatest === null ? null : { least: Number(least), greatest: Number(greatest) };
}

function shareOf(rows: Rows): Share {
  const [row] = rows;
  return { rows: Number(row?.["n"] ?? 0), matching: Number(row?.["m"] ?? 0) };
}

async function askShare({ session, from, column }: Place, condition: string): Promise<Share> {
  const sampled = `SELECT ${column} AS v FROM ${from} WHERE ${column} IS NOT NULL LIMIT ${SHAPE_SAMPLE_ROWS}`;
  return shareOf(
    await session.read(
      `SELECT count(*) AS n, coalesce(sum(CASE WHEN ${condition} THEN 1 ELSE 0 END), 0) AS m FROM (${sampled}) AS sampled`,
    ),
  );
}

function isObject({ session }: Place): string {
  return session.dialect === "mysql" ? "JSON_TYPE(v) = 'OBJECT'" : "jsonb_typeof(v::jsonb) = 'object'";
}

async function askLabels({ session, from, column }: Place, label: string): Promise<{ key: string; label: string }[]> {
  const rows = await session.read(
    `SELECT ${column} AS k, ${session.name(label)} AS v FROM ${from} ORDER BY ${column} LIMIT ${LABELS_MAX}`,
  );
  return rows.flatMap(({ k, v }) => (k === null || k === undefined || !v ? [] : [{ key: k, label: v }]));
}

function nameOf(kind: Question["kind"], table: string, column: string): string {
  return JSON.stringify([kind, table, column]);
}

/**
 * Asks the database. A question that it refuses (a right that is missing, a time limit) has no answer: the guess is
 * then made without.
 */
export async function ask(session: Session, database: Database, questions: readonly Question[]): Promise<Answers> {
  const values = new Map<string, { values: string[]; all: boolean }>();
  const ranges = new Map<string, { least: number; greatest: number }>();
  const shares = new Map<string, Share>();
  const labels = new Map<string, { key: string; label: string }[]>();
  const keep = async <Answer>(
    answers: Map<string, Answer>,
    { kind, table, column }: Question,
    answer: Promise<Answer | null>,
  ): Promise<void> => {
    const known = await answer.catch(() => null);
    if (known !== null) answers.set(nameOf(kind, table, column), known);
  };
  for (const question of questions) {
    const place = placeOf(session, database, question);
    if (place === null) continue;
    switch (question.kind) {
      case "values":
        await keep(values, question, askValues(place));
        break;
      case "range":
        await keep(ranges, question, askRange(place));
        break;
      case "objects":
        await keep(shares, question, askShare(place, isObject(place)));
        break;
      case "addresses":
        await keep(shares, question, askShare(place, "v LIKE 'http%' OR v LIKE '/%'"));
        break;
      case "labels":
        await keep(labels, question, askLabels(place, question.label));
        break;
    }
  }
  return {
    values: (table, column) => values.get(nameOf("values", table, column)) ?? null,
    range: (table, column) => ranges.get(nameOf("range", table, column)) ?? null,
    objects: (table, column) => shares.get(nameOf("objects", table, column)) ?? null,
    addresses: (table, column) => shares.get(nameOf("addresses", table, column)) ?? null,
    labels: (table, column) => labels.get(nameOf("labels", table, column)) ?? null,
  };
}
