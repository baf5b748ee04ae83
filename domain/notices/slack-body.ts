import { durationInWords } from "./duration.ts";
import { kindInWords } from "./kinds.ts";
import { SLACK_SENTENCE_MAX_CHARACTERS } from "./limits.ts";
import { isInstant, type Message } from "./message.ts";

/** Slack reads `<…>` as a link or a call to everybody, and `&` as the beginning of an entity. */
function escapeSlack(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
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
