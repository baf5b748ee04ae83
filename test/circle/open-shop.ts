import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type EmbeddedReplica, startEmbeddedReplica } from "../../scripts/embedded-replica/embedded-replica.ts";
import { runEndcap } from "../scripts/cli.ts";
import { startRuntime, TEST_KEYS, type TestRuntime } from "../support/runtime.ts";

/** An item of an answer, as far as the circle looks at it. */
interface AnsweredItem {
  readonly item_id: string;
  readonly item: { readonly price: number };
}

export interface Answer {
  readonly model_version: string | null;
  readonly degraded: readonly string[] | null;
  readonly shelves: readonly {
    readonly strategy: string;
    readonly seed?: { readonly item_id: string };
    readonly items: readonly AnsweredItem[];
  }[];
}

/** The demo shop behind the whole Worker, spoken to as its users do: by HTTP and by the command line. */
export class OpenShop {
  readonly folder: string;
  readonly #replica: EmbeddedReplica;
  readonly #runtime: TestRuntime;
  readonly #environment: Readonly<Record<string, string>>;

  private constructor(folder: string, replica: EmbeddedReplica, runtime: TestRuntime, origin: string) {
    this.folder = folder;
    this.#replica = replica;
    this.#runtime = runtime;
    this.#environment = {
      ENDCAP_URL: origin,
      ENDCAP_SECRET_KEY: TEST_KEYS.secret,
      ENDCAP_S3_ENDPOINT: `${origin}/cdn-cgi/local/r2/s3`,
      AWS_ACCESS_KEY_ID: "endcap-local",
      AWS_SECRET_ACCESS_KEY: "endcap-local-secret",
    };
  }

  /** Starts everything. No cron fires: what is served changes by commands alone. */
  static async open(): Promise<OpenShop> {
    const folder = await mkdtemp(join(tmpdir(), "endcap-circle-"));
    const replica = await startEmbeddedReplica({ folder: join(folder, "replica"), port: 0 });
    const runtime = await startRuntime({ replica: replica.url });
    const { url } = await runtime.harness.listen();
    return new OpenShop(folder, replica, runtime, url.origin);
  }

  /** Runs `endcap …args` to its end. @returns what it printed @throws Error with all that it said when it fails */
  async endcap(...args: string[]): Promise<string> {
    const { status, stdout, stderr } = await runEndcap(args, this.#environment);
    if (status !== 0) throw new Error(`endcap ${args.join(" ")} ended with ${status}:\n${stdout}${stderr}`);
    return stdout.trim();
  }

  /** The answer for the page `home`, whole. */
  async ask(shopper: { readonly user_id: string } | { readonly client_id: string }): Promise<Answer> {
    const query = new URLSearchParams({ placement: "home", limit: "20", ...shopper });
    const { status, body } = await this.#runtime.call(`/v1/recommendations?${query.toString()}`);
    if (status !== 200 || body.degraded !== null) throw new Error(`${status}: ${JSON.stringify(body)}`);
    return body;
  }

  /** A shopper does something with an item. */
  async does(
    shopper: { readonly user_id: string } | { readonly client_id: string },
    name: string,
    { item_id, item: { price } }: AnsweredItem,
  ): Promise<void> {
    const items = [{ item_id, price, quantity: 1 }];
    const order = name === "purchase" ? { transaction_id: crypto.randomUUID(), currency: "USD" } : {};
    const event = { event_id: crypto.randomUUID(), name, params: { items, ...order } };
    const { status, body } = await this.#runtime.call("/v1/events", { body: { ...shopper, events: [event] } });
    if (status !== 202 || body.accepted !== 1) throw new Error(`${status}: ${JSON.stringify(body)}`);
  }

  async close(): Promise<void> {
    await this.#runtime.close();
    await this.#replica.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}
