import type { Message } from "./message.ts";

function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** The JSON of a webhook. */
export function webhookBody(message: Message): string {
  return JSON.stringify({
    type: message.type,
    timestamp: isoTime(message.at),
    data: {
      id: message.noticeId,
      kind: message.kind,
      subject: message.subject,
      message: message.sentence,
      opened_at: isoTime(message.openedAt),
      closed_at: message.closedAt === null ? null : isoTime(message.closedAt),
      shop: message.shop,
    },
  });
}
