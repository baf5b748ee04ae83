import { parseArgs } from "node:util";

import { type ApiKey, type Scope, SCOPES } from "../../domain/control/control.ts";
import { type Command, CommandError } from "../command.ts";
import { readControlDocument, updateControlDocument } from "../runtime/control-document.ts";
import { hashOfKey, newKey } from "../runtime/api-key.ts";
import { createControlBucketClient } from "../runtime/control-bucket.ts";

const USAGE = `endcap keys create NAME --publishable [--origin ORIGIN …] [--json]
endcap keys create NAME --scope SCOPE … [--json]
endcap keys list [--json]
endcap keys revoke NAME

  create   make a key and print it, this once: only its hash is stored
  list     names, kinds, scopes and origins of the keys that work
  revoke   take a key away; every isolate refuses it within 10 s

  --publishable     for pages and apps: may send events and read recommendations of its own shopper
  --origin ORIGIN   a page's origin that may use it, e.g. https://shop.example (default: any)
  --scope SCOPE     what a secret key may do: ${SCOPES.join(", ")}

Keys live in control.json in the bucket RUNTIME. With ENDCAP_S3_ENDPOINT set, credentials come from the AWS environment
or profile and ENDCAP_RUNTIME_BUCKET names the bucket (default endcap-runtime); without it, it is the one of \`npm start\`.`;

interface Options {
  readonly publishable: boolean;
  readonly origin: readonly string[];
  readonly scope: readonly string[];
  readonly json: boolean;
}

function scopesOf(names: readonly string[]): Scope[] {
  return names.map((name) => {
    const scope = SCOPES.find((known) => known === name);
    if (scope === undefined) throw new CommandError(`There is no scope "${name}": use ${SCOPES.join(", ")}.`);
    return scope;
  });
}

function assertOrigin(origin: string): void {
  if (origin === "*" || (URL.canParse(origin) && new URL(origin).origin === origin)) return;
  throw new CommandError(`"${origin}" is not an origin: write it like https://shop.example, without a path.`);
}

function keyToStore(id: string, key: string, { publishable, origin, scope }: Options): ApiKey {
  const hash = hashOfKey(key);
  if (!publishable) {
    if (origin.length > 0) throw new CommandError("--origin is for publishable keys: secret keys never reach a page.");
    if (scope.length === 0) throw new CommandError("Say --publishable, or what the secret key may do: --scope SCOPE.");
    return { id, kind: "secret", hash, scopes: scopesOf(scope), origins: [] };
  }
  if (scope.length > 0) throw new CommandError("--scope is for secret keys: a publishable one has a fixed set.");
  for (const one of origin) assertOrigin(one);
  return { id, kind: "publishable", hash, scopes: [], origins: origin.length === 0 ? ["*"] : [...origin] };
}

async function create(id: string, options: Options): Promise<void> {
  const key = newKey(options.publishable ? "pk_" : "sk_");
  const stored = keyToStore(id, key, options);
  const { client, bucket } = createControlBucketClient();
  await updateControlDocument(client, bucket, new Date(), (control) => {
    if (control.keys.some((other) => other.id === id)) {
      throw new CommandError(`There is a key named "${id}" already: choose another name, or revoke that one first.`);
    }
    return { ...control, keys: [...control.keys, stored] };
  });
  if (options.json) console.log(JSON.stringify({ id, key }));
  else console.log(`${key}\n\nKeep it now: it is not shown again. It works everywhere within 10 s.`);
}

async function list(json: boolean): Promise<void> {
  const { client, bucket } = createControlBucketClient();
  const keys = (await readControlDocument(client, bucket))?.keys ?? [];
  const shown = keys.map(({ hash: _hash, ...key }) => key);
  if (json) console.log(JSON.stringify({ data: shown }));
  else if (shown.length === 0) console.log("There is no key yet: make one with `endcap keys create`.");
  else for (const { id, kind, scopes, origins } of shown) console.log([id, kind, ...scopes, ...origins].join("  "));
}

async function revoke(id: string): Promise<void> {
  const { client, bucket } = createControlBucketClient();
  await updateControlDocument(client, bucket, new Date(), (control) => {
    const keys = control.keys.filter((key) => key.id !== id);
    if (keys.length === control.keys.length) {
      throw new CommandError(`There is no key named "${id}": \`endcap keys list\` shows them.`);
    }
    return { ...control, keys };
  });
  console.log(`${id} is revoked.`);
}

export default {
  summary: "Make, list and revoke API keys",
  usage: USAGE,
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        publishable: { type: "boolean", default: false },
        origin: { type: "string", multiple: true, default: [] },
        scope: { type: "string", multiple: true, default: [] },
        json: { type: "boolean", default: false },
      },
    });
    const [verb, name] = positionals;
    if (verb === "list") await list(values.json);
    else if (verb !== "create" && verb !== "revoke") throw new CommandError("Say what to do: create, list or revoke.");
    else if (name === undefined || name === "") throw new CommandError(`Name the key: endcap keys ${verb} NAME`);
    else if (verb === "create") await create(name, values);
    else await revoke(name);
    return 0;
  },
} satisfies Command;
