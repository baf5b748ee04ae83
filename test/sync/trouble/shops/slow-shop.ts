import shop from "../../property/shop-config.ts";

/** A shop that is read so slowly that something can happen in the middle. */
export default { ...shop, sync: { ...shop.sync, pageRows: 5, pauseMilliseconds: 60 } };
