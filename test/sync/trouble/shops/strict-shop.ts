import shop from "../../property/shop-config.ts";

/** A shop whose replica is asked nothing that takes longer than a second. */
export default { ...shop, sync: { ...shop.sync, pageRows: 5, statementSeconds: 1 } };
