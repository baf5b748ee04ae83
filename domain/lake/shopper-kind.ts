/** Who a shopper is, by how the id begins: `u:`, `c:`, `x:`. */
export type ShopperKind = "user" | "client" | "one_off";

/** @throws Error for an id without a kind, which no event that we accepted has */
export function shopperKind(shopper: string): ShopperKind {
  if (shopper.startsWith("u:")) return "user";
  if (shopper.startsWith("c:")) return "client";
  if (shopper.startsWith("x:")) return "one_off";
  throw new Error("A shopper's id begins with u:, c: or x:.");
}
