import { createHash, randomUUID } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";

import { createTestHarness, type TestHarness } from "wrangler";

import { type Control, CONTROL_OBJECT_KEY, emptyControl, type Scope } from "../../domain/control/control.ts";
import type { RuntimeEnv } from "../../platform/env.ts";

/** The keys that every test runtime knows. */
export const TEST_KEYS = {
  secret: "sk_test_everything",
  publishable: "pk_test_shop",
  /** Allowed from https://shop.example only. */
  restricted: "pk_test_one_origin",
} as const;

export interface TestRuntime {
  readonly harness: TestHarness;
  readonly env: RuntimeEnv;
  /** A request to the Worker, with the secret key unless `key` says otherwise (null = none). */
  call(
    path: string,
    init?: { method?: string; body?: unknown; key?: string | null; headers?: Record<string, string> },
  ): Promise<{
    status: number;
    // oxlint-disable-next-line typescript/no-explicit-any -- a test asserts on whatever came back
    body: any;
    headers: Headers;
  }>;
  /** Adds a secret key with exactly these scopes and returns it. Call before the first request (copies live 5 s). */
  addKey(scopes: readonly Scope[]): Promise<string>;
  close(): Promise<void>;
}

/** Nobody listens there: a test that names no replica must not sync from one that another test has started. */
const NO_REPLICA = "postgres://nobody:nothing@127.0.0.1:1/none";

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/**
 * A wrangler.toml with another entry, or for another shop. It stands in the project's folder, since its paths are
 * relative to it.
 */
async function configurationWith(main: string | undefined, shop: string | undefined): Promise<string> {
  const path = `wrangler.test-${randomUUID()}.toml`;
  let configuration = await readFile("wrangler.toml", "utf8");
  if (main !== undefined) configuration = configuration.replace(/^main = .*$/m, `main = ${JSON.stringify(main)}`);
  if (shop !== undefined) {
    const alias = `alias = { "#shop-config" = ${JSON.stringify(shop)} }`;
    configuration = configuration.replace(/^main = .*$/m, (line) => `${line}\n${alias}`);
  }
  await writeFile(path, configuration);
  return path;
}

/**
 * Starts the whole Worker on real workerd with storage of its own, D1 migrated and the {@link TEST_KEYS} in place.
 * @param options.replica address that the REPLICA binding connects to (postgres:// or mysql://)
 * @param options.main another entry than the Worker's own, with the same bindings
 * @param options.shop another configuration than endcap.config.ts, as a path from the project's folder
 * @param options.beside configurations of Workers that run beside it, as paths from the project's folder
 */
export async function startRuntime(
  options: {
    replica?: string;
    main?: string;
    shop?: string;
    vars?: Record<string, string>;
    beside?: readonly string[];
  } = {},
): Promise<TestRuntime> {
  process.env["CLOUDFLARE_HYPERDRIVE_LOCAL_CONNECTION_STRING_REPLICA"] = options.replica ?? NO_REPLICA;
  const isOwn = options.main !== undefined || options.shop !== undefined;
  const configPath = isOwn ? await configurationWith(options.main, options.shop) : "wrangler.toml";
  const harness = createTestHarness({
    workers: [
      { configPath, ...(options.vars === undefined ? {} : { vars: options.vars }) },
      ...(options.beside ?? []).map((beside) => ({ configPath: beside })),
    ],
  });
  try {
    await harness.listen();
  } finally {
    if (isOwn) await rm(configPath);
  }
  const worker = harness.getWorker<Env>();
  await worker.applyD1Migrations("DB");
  const env = (await worker.getEnv()) as unknown as RuntimeEnv;
  const control: Control = {
    ...emptyControl(new Date()),
    keys: [
      { id: "test-secret", kind: "secret", hash: sha256(TEST_KEYS.secret), scopes: ["admin"], origins: [] },
      { id: "test-publishable", kind: "publishable", hash: sha256(TEST_KEYS.publishable), scopes: [], origins: ["*"] },
      {
        id: "test-restricted",
        kind: "publishable",
        hash: sha256(TEST_KEYS.restricted),
        scopes: [],
        origins: ["https://shop.example"],
      },
    ],
  };
  const writeControl = (): Promise<unknown> => env.RUNTIME.put(CONTROL_OBJECT_KEY, JSON.stringify(control));
  await writeControl();
  return {
    harness,
    env,
    async call(path, init = {}) {
      const key = init.key === undefined ? TEST_KEYS.secret : init.key;
      const response = await worker.fetch(`http://endcap.test${path}`, {
        method: init.method ?? (init.body === undefined ? "GET" : "POST"),
        headers: {
          ...(key === null ? {} : { authorization: `Bearer ${key}` }),
          ...(init.body === undefined ? {} : { "content-type": "application/json" }),
          ...init.headers,
        },
        ...(init.body === undefined
          ? {}
          : { body: typeof init.body === "string" ? init.body : JSON.stringify(init.body) }),
      });
      const text = await response.text();
      let body: unknown = text;
      try {
        body = JSON.parse(text);
      } catch {
        // Not every answer is JSON (a page, a file): the text itself is handed on.
      }
      return { status: response.status, body, headers: response.headers as unknown as Headers };
    },
    async addKey(scopes) {
      const key = `sk_test_${scopes.join("_").replaceAll(":", "-")}`;
      control.keys.push({ id: key, kind: "secret", hash: sha256(key), scopes: [...scopes], origins: [] });
      await writeControl();
      return key;
    },
    close: () => harness.close(),
  };
}

/** Polls until `check` returns something truthy; fails loudly after `timeoutMilliseconds`. */
export async function eventually<Value>(
  check: () => Promise<Value | null | undefined | false>,
  timeoutMilliseconds = 30_000,
): Promise<Value> {
  const end = Date.now() + timeoutMilliseconds;
  for (;;) {
    const value = await check();
    if (value !== null && value !== undefined && value !== false) return value;
    if (Date.now() > end) throw new Error(`Nothing came of it within ${timeoutMilliseconds} ms.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
