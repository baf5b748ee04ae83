import { describe, expect, it } from "vitest";

import { EVENT_ID_MAX_LENGTH } from "../../domain/events/limits.ts";
import { type HandOver, EMPTY_SESSION, SESSION_MERGED_MAX, type Session } from "../../domain/sessions/session.ts";
import { takeOver } from "../../domain/sessions/sign-in.ts";

const user = "u:1";
const client = "anonymous-randomness-0001";

function handOverOf(generation: number): HandOver {
  const { cart, purchases, ratings, seen } = EMPTY_SESSION;
  const recent = [{ name: "view_item", item_id: "a", at: 1 }];
  return { recipient: user, generation, content: { recent, cart, purchases, ratings, seen, event_ids: [] } };
}

function taken(session: Session, handOver: HandOver | null, toLedger = true): Session {
  return takeOver(session, { user, client, handOver, toLedger }, 7);
}

describe("a sign-in", () => {
  it("is an event to the ledger in the same write as what was handed over", () => {
    const session = taken(EMPTY_SESSION, handOverOf(3));
    expect(session).toMatchObject({ recent: [{ item_id: "a" }], merged: [`${client}#3`] });
    expect(session.unconfirmed).toMatchObject([
      { name: "sign_in", shopper: user, at: 7, received_at: 7, items: [], params: { client: `c:${client}` } },
    ]);
  });

  it("is told once per generation, and under the same id whenever it is told again", () => {
    const once = taken(EMPTY_SESSION, handOverOf(3));
    expect(taken(once, handOverOf(3))).toBe(once);
    const ids = taken(once, handOverOf(4)).unconfirmed.map((event) => event.event_id);
    expect(new Set(ids).size).toBe(2);
    expect(taken(EMPTY_SESSION, handOverOf(4)).unconfirmed.map((event) => event.event_id)).toEqual(ids.slice(1));
    for (const id of ids) expect(id.length).toBeLessThanOrEqual(EVENT_ID_MAX_LENGTH);
  });

  it("of a client that holds nothing is told where that client was never met", () => {
    const met = taken(EMPTY_SESSION, null);
    expect(met.unconfirmed).toHaveLength(1);
    expect(taken(met, null)).toBe(met);
    // What the client does after that is handed over and told all the same.
    const later = taken(met, handOverOf(0));
    expect(later).toMatchObject({ recent: [{ item_id: "a" }], merged: [`${client}#`, `${client}#0`] });
    expect(later.unconfirmed).toHaveLength(2);
    expect(taken(later, null)).toBe(later);
  });

  it("is nobody's to know without consent: the content comes, the event does not", () => {
    expect(taken(EMPTY_SESSION, null, false)).toBe(EMPTY_SESSION);
    const session = taken(EMPTY_SESSION, handOverOf(0), false);
    expect(session).toMatchObject({ recent: [{ item_id: "a" }], unconfirmed: [] });
  });

  it("remembers so many clients and no more", () => {
    let session = EMPTY_SESSION;
    for (let n = 0; n < SESSION_MERGED_MAX + 5; n++) {
      session = takeOver(session, { user, client: `${client}${n}`, handOver: null, toLedger: true }, 7);
    }
    expect(session.merged).toHaveLength(SESSION_MERGED_MAX);
  });
});
