import { randomUUID } from "node:crypto";
import { performance } from "node:perf_hooks";

import { z } from "zod";

import { CommandError } from "../command.ts";
import type { ApiClient } from "../runtime/api-client.ts";
import type { SessionRecord } from "./sessions.ts";

const answerSchema = z.object({
  degraded: z.array(z.string()).nullable(),
  shelves: z.array(
    z.object({
      strategy: z.string(),
      items: z.array(
        z.object({ item_id: z.string(), reason: z.object({ code: z.string(), text: z.string().min(1) }) }),
      ),
    }),
  ),
});
export type Answer = z.infer<typeof answerSchema>;

/** What one replayed session came to. */
export interface Replayed {
  readonly session: SessionRecord;
  readonly answer: Answer;
  /** Wall time of the recommendation as its caller saw it. */
  readonly milliseconds: number;
}

const acceptedSchema = z.object({ accepted: z.number(), rejected: z.array(z.unknown()) });

/** Asks for a session's home, with the session's own features. */
export async function askHome(api: ApiClient, session: SessionRecord): Promise<Answer> {
  return answerSchema.parse(
    await api.request("POST", "/v1/recommendations", {
      placement: "home",
      limit: 10,
      user_id: String(session.customer_number),
      features: { city: session.city, country: session.country, creditLimit: session.credit_limit },
    }),
  );
}

/** Sends a session's history as events (what went into the cart as `add_to_cart`), then asks for its home. */
export async function replay(api: ApiClient, session: SessionRecord): Promise<Replayed> {
  const events = session.browse_history.map((entry) => ({
    event_id: randomUUID(),
    name: entry.in_shopping_cart ? "add_to_cart" : "view_item",
    params: { items: [{ item_id: entry.product_code, quantity: entry.quantity }] },
  }));
  if (events.length > 0) {
    const taken = acceptedSchema.parse(
      await api.request("POST", "/v1/events", {
        user_id: String(session.customer_number),
        session_id: session.session_id,
        events,
      }),
    );
    if (taken.accepted !== events.length) {
      throw new CommandError(
        `Session ${session.session_id}: ${taken.accepted} of ${events.length} events accepted: ${JSON.stringify(taken.rejected)}`,
      );
    }
  }
  const start = performance.now();
  const answer = await askHome(api, session);
  return { session, answer, milliseconds: performance.now() - start };
}
