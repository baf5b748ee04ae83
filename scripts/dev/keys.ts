import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { z } from "zod";

import { type ApiKey, type Control, SCOPES } from "../../domain/control/control.ts";
import { CommandError } from "../command.ts";
import { hashOfKey, newKey } from "../runtime/api-key.ts";
import { stateFolder } from "../runtime/state-folder.ts";

const keysSchema = z.strictObject({
  publishable: z.string().startsWith("pk_"),
  secret: z.string().startsWith("sk_"),
});
/** The development keys themselves: the runtime knows only their hashes. */
export type DevelopmentKeys = z.infer<typeof keysSchema>;

/**
 * The keys of this state folder: made once, so that a page left open goes on working after a restart.
 * @throws CommandError when the file was damaged
 */
export function developmentKeys(): DevelopmentKeys {
  const path = join(stateFolder(), "keys.json");
  if (!existsSync(path)) {
    const keys = { publishable: newKey("pk_"), secret: newKey("sk_") };
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, JSON.stringify(keys), { mode: 0o600 });
    return keys;
  }
  try {
    return keysSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (error) {
    throw new CommandError(`${path} is damaged. Remove it: the next start makes new keys.`, { cause: error });
  }
}

/**
 * The control document with the development keys in it, in place of earlier ones: the publishable key for pages of
 * any origin, the secret key with every scope. The document itself when it holds them already.
 */
export function withDevelopmentKeys(control: Control, keys: DevelopmentKeys): Control {
  const mine: ApiKey[] = [
    {
      id: "development-publishable",
      kind: "publishable",
      hash: hashOfKey(keys.publishable),
      scopes: [],
      origins: ["*"],
    },
    { id: "development-secret", kind: "secret", hash: hashOfKey(keys.secret), scopes: [...SCOPES], origins: [] },
  ];
  const present = mine.every((key) => control.keys.some((other) => other.id === key.id && other.hash === key.hash));
  if (present) return control;
  const others = control.keys.filter((key) => !mine.some((own) => own.id === key.id));
  return { ...control, keys: [...others, ...mine] };
}
