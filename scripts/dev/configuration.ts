import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { configSchema, type EndcapConfig } from "../../domain/config/schema.ts";
import { CommandError } from "../command.ts";
import { PROJECT_FOLDER } from "../runtime/state-folder.ts";

/**
 * Loads `endcap.config.ts`, so that a mistake in it is told before anything starts.
 * @throws CommandError with one line per problem
 */
export async function loadConfiguration(path = join(PROJECT_FOLDER, "endcap.config.ts")): Promise<EndcapConfig> {
  let module: { readonly default?: unknown };
  try {
    module = (await import(pathToFileURL(path).href)) as { readonly default?: unknown };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new CommandError(message.startsWith("endcap.config.ts") ? message : `endcap.config.ts: ${message}`, {
      cause: error,
    });
  }
  const parsed = configSchema.safeParse(module.default);
  if (!parsed.success) throw new CommandError("endcap.config.ts must `export default defineConfig({ … })`.");
  return parsed.data;
}
