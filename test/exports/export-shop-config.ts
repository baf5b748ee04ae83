import endcap from "../../endcap.config.ts";
import { defineConfig } from "../../domain/config/schema.ts";

/** The shop of endcap.config.ts, whose exports are few and made every month. */
export default defineConfig({ ...endcap, exports: { schedule: "monthly", keep: 2 } });
