import type { SampleCustomer } from "./samples.ts";

/** What the Worker's variable DEMO_SHOP says: the key of the shop's pages, and who can sign in there. */
export function demoShopVariable(publishableKey: string, customers: readonly SampleCustomer[]): string {
  return JSON.stringify({
    publishable_key: publishableKey,
    customers: customers.map(({ userId, label }) => ({ user_id: userId, label })),
  });
}
