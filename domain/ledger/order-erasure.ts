import type { OrderState } from "./order-state.ts";
import { shopperOfOrder } from "./order-state.ts";
import type { ClientPeriod } from "./totals-as-of.ts";

/**
 * The order without a user: it is a one-off id's, and counts as before. The very same order when it is not the user's.
 * @param user `u:…`
 * @param clients that signed in as the user: their orders of the time before are the user's too
 * @param oneOff stands for the user from now on
 */
export function withoutUser(
  state: OrderState,
  user: string,
  clients: readonly ClientPeriod[],
  oneOff: string,
): OrderState {
  const { storefront, replica, counted } = state;
  const isUsers = (shopper: string, receivedAt: number): boolean =>
    shopper === user ||
    clients.some(({ client, after, upto }) => client === shopper && receivedAt > after && receivedAt <= upto);
  const inStorefront = storefront !== null && isUsers(storefront.shopper, storefront.received_at);
  const inReplica = replica !== null && replica.one_off === undefined && `u:${replica.user_id}` === user;
  if (!inStorefront && !inReplica) return state;
  const left = {
    ...state,
    storefront: inStorefront ? { ...storefront, shopper: oneOff } : storefront,
    replica: inReplica ? { ...replica, user_id: "", one_off: oneOff } : replica,
  };
  // As a recount would have it, so that the next one finds nothing different.
  return { ...left, counted: counted === null ? null : { ...counted, shopper: shopperOfOrder(left) } };
}
