import { runInThisContext } from "node:vm";

import { defineConfig, type EndcapConfig } from "../../domain/config/schema.ts";

const IMPORT = 'import { defineConfig } from "./domain/config/schema.ts";\n';
const EXPORT = "export default defineConfig(";

/**
 * Runs the text of a generated `endcap.config.ts`, which is JavaScript but for its import.
 * @throws Error when it is none, or when `defineConfig` refuses it
 */
export function evaluateConfig(text: string): EndcapConfig {
  if (!text.startsWith(IMPORT) || text.split(EXPORT).length !== 2) throw new Error(`Not a configuration:\n${text}`);
  const body = text.slice(IMPORT.length).replace(EXPORT, "return defineConfig(");
  const run = runInThisContext(`(defineConfig) => {${body}}`) as (define: typeof defineConfig) => EndcapConfig;
  return run(defineConfig);
}
