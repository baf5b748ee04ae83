import { z } from "zod";

import type { MessageKey } from "../../../domain/notices/outbox.ts";
import { DELIVERY_STATES, deliveryState, type ListedDelivery } from "../../../platform/d1/notice-delivery-store.ts";
import { encodePair, invalidCursor, isoTime, listFields, pairCursor } from "../list.ts";

/** The query of `GET /v1/notices/deliveries`. */
export const deliveriesSchema = z.strictObject({
  ...listFields,
  target: z.string().min(1).optional(),
  state: z.enum(DELIVERY_STATES).optional(),
});

/** A message as the API tells it. */
export function describeDelivery(delivery: ListedDelivery): object {
  return {
    notice_id: delivery.noticeId,
    kind: delivery.kind,
    subject: delivery.subject,
    phase: delivery.phase,
    target: delivery.target,
    state: deliveryState(delivery),
    attempts: delivery.attempts,
    next_at: isoTime(delivery.nextAt),
    delivered_at: isoTime(delivery.deliveredAt),
    error: delivery.error,
  };
}

/** Where the list goes on behind a message. */
export function deliveryCursor({ noticeId, phase, target }: MessageKey): string {
  return encodePair(`${noticeId} ${phase}`, target);
}

/** The message that a list goes on from, null from its start. @throws ApiError 400 `invalid_cursor` */
export function deliveryOfCursor(cursor: string | undefined): MessageKey | null {
  const pair = pairCursor(cursor);
  if (pair === null) return null;
  const match = /^(\d+) (opened|closed)$/.exec(pair[0]);
  if (match === null) throw invalidCursor();
  return { noticeId: Number(match[1]), phase: match[2] === "closed" ? "closed" : "opened", target: pair[1] };
}
