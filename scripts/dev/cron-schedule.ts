import { CommandError } from "../command.ts";

/** The five fields of a cron expression, as Cloudflare counts them: Sunday is day 1 of the week. Times are UTC. */
const FIELDS = [
  { name: "minute", first: 0, last: 59, names: [], of: (time: Date) => time.getUTCMinutes() },
  { name: "hour", first: 0, last: 23, names: [], of: (time: Date) => time.getUTCHours() },
  { name: "day of month", first: 1, last: 31, names: [], of: (time: Date) => time.getUTCDate() },
  {
    name: "month",
    first: 1,
    last: 12,
    names: ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
    of: (time: Date) => time.getUTCMonth() + 1,
  },
  {
    name: "day of week",
    first: 1,
    last: 7,
    names: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
    of: (time: Date) => time.getUTCDay() + 1,
  },
] as const;
type Field = (typeof FIELDS)[number];

function parseValue(text: string, field: Field): number {
  const named = (field.names as readonly string[]).indexOf(text.toUpperCase());
  const value = named === -1 ? Number(text) : named + field.first;
  if (text !== "" && Number.isInteger(value) && value >= field.first && value <= field.last) return value;
  throw new CommandError(`"${text}" is not a ${field.name} that the local timer understands.`);
}

function parsePart(part: string, field: Field): (value: number) => boolean {
  const [range = "", stepText] = part.split("/");
  const step = stepText === undefined ? 1 : Number(stepText);
  if (!Number.isInteger(step) || step < 1) throw new CommandError(`"${part}" is not a ${field.name} of a cron.`);
  const [from = "", to] = range.split("-");
  const first = range === "*" ? field.first : parseValue(from, field);
  const single = stepText === undefined && to === undefined && range !== "*";
  const last = single ? first : to === undefined ? field.last : parseValue(to, field);
  return (value) => value >= first && value <= last && (value - first) % step === 0;
}

/**
 * Reads a cron expression: numbers, names, `*`, ranges, lists and steps.
 * @returns whether it is due in the minute of a time
 * @throws CommandError for an expression that is not understood
 */
export function parseCron(expression: string): (time: Date) => boolean {
  const texts = expression.trim().split(/\s+/);
  if (texts.length !== FIELDS.length) throw new CommandError(`wrangler.toml: the cron "${expression}" needs 5 fields.`);
  const rules = FIELDS.map((field, position) => {
    const parts = (texts[position] ?? "").split(",").map((part) => parsePart(part, field));
    return (time: Date) => parts.some((matches) => matches(field.of(time)));
  });
  return (time) => rules.every((due) => due(time));
}
