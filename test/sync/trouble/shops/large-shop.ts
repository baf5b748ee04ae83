import shop from "../../property/shop-config.ts";

/** A shop with many rows for its pages: some dozens of ranges, and not some hundreds. */
export default { ...shop, sync: { ...shop.sync, pageRows: 50 } };
