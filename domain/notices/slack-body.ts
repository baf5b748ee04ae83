import { kindInWords } from "./kinds.ts";
import { SLACK_SENTENCE_MAX_CHARACTERS } from "./limits.ts";
import { isInstant, type Message } from "./message.ts";

const MINUTE_MILLISECONDS = 60_000;
const MINUTES_PER_HOUR = 60;
const HOURS_PER_DAY = 24;

/** Slack reads `<…>` as a link or a call to everybody, and `&` as the beginning of an entity. */
function escapeSlack(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function plural(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

/** How long something lasted, in its two largest units: `less than a minute`, `26 minutes`, `2 hours 5 minutes`. */
export function durationInWords(milliseconds: number): string {
  const minutes = Math.round(milliseconds / MINUTE_MILLISECONDS);
  if (milliseconds < MINUTE_MILLISECONDS) return "less than a minute";
  if (minutes < MINUTES_PER_HOUR) return plural(minutes, "minute");
  const hours = Math.floor(minutes / MINUTES_PER_HOUR);
  const [large, small] =
    hours < HOURS_PER_DAY
      ? [plural(hours, "hour"), { count: minutes % MINUTES_PER_HOUR, unit: "minute" }]
      : [plural(Math.floor(hours / HOURS_PER_DAY), "day"), { count: hours % HOURS_PER_DAY, unit: "hour" }];
  return small.count === 0 ? large : `${large} ${plural(small.count, small.unit)}`;
}

/** `2026-11-21 10:30 UTC`. */
function timeInWords(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, "2026-11-21T10:30".length).replace("T", " ")} UTC`;
}

function headline(message: Message): string {
  const { type, kind, subject, openedAt, closedAt } = message;
  const named = `*${escapeSlack(kindInWords(kind))}* (${escapeSlack(subject)})`;
  const lasted = durationInWords((closedAt ?? openedAt) - openedAt);
  switch (type) {
    case "notice.opened":
      return `${named} since ${timeInWords(openedAt)}`;
    case "notice.closed":
      return `Over: ${named} after ${lasted}, at ${timeInWords(closedAt ?? openedAt)}`;
    case "notice.happened":
      if (isInstant(message)) return `${named} at ${timeInWords(openedAt)}`;
      return `${named} from ${timeInWords(openedAt)}, over after ${lasted}`;
    case "test":
      return `*Test* (${escapeSlack(subject)}) at ${timeInWords(openedAt)}`;
  }
}

/** The JSON of a message to Slack, or to whatever takes Slack's form: shop, kind, since when, and the sentence. */
export function slackBody(message: Message): string {
  const first = `[${escapeSlack(message.shop)}] ${headline(message)}`;
  // What is over needs no doing: its sentence said what to do.
  if (message.type === "notice.closed") return JSON.stringify({ text: first });
  const sentence = message.sentence.slice(0, SLACK_SENTENCE_MAX_CHARACTERS);
  return JSON.stringify({ text: `${first}\n${escapeSlack(sentence)}` });
}
