import shop from "../../endcap.config.ts";
import { defineConfig } from "../../domain/config/schema.ts";

/** What one unit is worth in the shop's money, exact in binary. */
export const EURO_RATE = 1.5;

/** The demo shop, with a rate for euros and none for anything else. */
export default defineConfig({ ...shop, shop: { ...shop.shop, exchangeRates: { EUR: EURO_RATE } } });
