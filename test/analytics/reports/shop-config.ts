import shop from "../../../endcap.config.ts";

/** The example shop, which also takes pounds at a rate. */
export default { ...shop, shop: { ...shop.shop, exchangeRates: { GBP: 1.25 } } };
