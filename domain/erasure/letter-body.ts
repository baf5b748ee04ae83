import { interactionMessageSchema } from "../events/interaction.ts";
import { rejectedMessageSchema } from "../quarantine/event-payload.ts";
import { servedMessageSchema } from "../served/served-message.ts";
import { type KnownPerson, mentions } from "./mentions.ts";

/** The body of a dead letter without a person. */
export interface ErasedBody {
  /** Null when nothing is left that is worth sending. */
  readonly body: unknown;
  /** Events and answers that were the person's. */
  readonly removed: number;
}

/**
 * Takes a person out of a message that nobody could process. Their events go: the ledger has them by another way, or had
 * them refused. An answer that was served to them stays as nobody's. A message that is not understood goes as a whole.
 */
export function bodyWithout(body: unknown, person: KnownPerson): ErasedBody {
  const accepted = interactionMessageSchema.safeParse(body);
  if (accepted.success) {
    const { interactions } = accepted.data;
    const left = interactions.filter((one) => !mentions(one, person));
    const removed = interactions.length - left.length;
    return { body: left.length === 0 ? null : { ...accepted.data, interactions: left }, removed };
  }
  const refused = rejectedMessageSchema.safeParse(body);
  if (refused.success) {
    const { rejected, not_kept } = refused.data;
    const left = rejected.filter((one) => !mentions(one, person));
    const isEmpty = left.length === 0 && Object.keys(not_kept).length === 0;
    return { body: isEmpty ? null : { ...refused.data, rejected: left }, removed: rejected.length - left.length };
  }
  const served = servedMessageSchema.safeParse(body);
  if (served.success) {
    const theirs = served.data.answers.map(({ shopper }) => mentions(shopper, person));
    const answers = served.data.answers.map((answer, place) => (theirs[place] ? { ...answer, shopper: null } : answer));
    return { body: { ...served.data, answers }, removed: theirs.filter(Boolean).length };
  }
  return mentions(body, person) ? { body: null, removed: 1 } : { body, removed: 0 };
}
