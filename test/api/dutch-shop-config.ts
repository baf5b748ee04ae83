import { defineConfig } from "../../domain/config/schema.ts";
import shop from "../../endcap.config.ts";

/** The example shop, which also speaks Dutch, and German in its own way. */
export default defineConfig({
  ...shop,
  ranking: { texts: { nl: { similar: "Lijkt op {item}" }, de: { title_similar: "Mehr wie „{item}“" } } },
});
