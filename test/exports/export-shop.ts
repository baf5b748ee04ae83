import { createHash, randomUUID } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { drizzle } from "drizzle-orm/d1";

import type { Interaction } from "../../domain/events/interaction.ts";
import { type ExportManifest, exportManifestSchema, filesOf } from "../../domain/exports/manifest.ts";
import { ledgerName, ledgerShardOf, SIGN_IN } from "../../domain/ledger/routing.ts";
import { items, ratings, users } from "../../platform/d1/schema.ts";
import { pseudonymizer } from "../../platform/pseudonym.ts";
import { queryDuckDb } from "../lake/duckdb.ts";
import { eventually, startRuntime, type TestRuntime } from "../support/runtime.ts";

const synced = { rowHash: "of-the-source", changedRun: 1 };

/** Something that a shopper does: a name, an item, and whatever else the event says. */
export interface Doing {
  readonly user?: string;
  readonly client?: string;
  readonly name: string;
  readonly item?: string;
  readonly at?: Date;
  readonly params?: Readonly<Record<string, unknown>>;
  /** False where the shopper does not consent to personalisation: what is done is nobody's. */
  readonly isPersonal?: boolean;
}

/** An export, with its files in a folder: what a data scientist holds after `pull`. */
export interface PulledExport {
  readonly manifest: ExportManifest;
  readonly folder: string;
  /** Runs a query in which `TRAINING`, `RATINGS`, `USERS` and `ITEMS` stand for the table's files. */
  query(sql: string): Promise<Record<string, unknown>[]>;
}

/** A running Worker, with what a test of exports does to it. */
export class ExportShop {
  readonly runtime: TestRuntime;
  readonly folder: string;

  private constructor(runtime: TestRuntime, folder: string) {
    this.runtime = runtime;
    this.folder = folder;
  }

  static async open(options: Parameters<typeof startRuntime>[0] = {}): Promise<ExportShop> {
    return new ExportShop(await startRuntime(options), await mkdtemp(join(tmpdir(), "endcap-exports-")));
  }

  async close(): Promise<void> {
    await this.runtime.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  get #db(): ReturnType<typeof drizzle> {
    return drizzle(this.runtime.env.DB);
  }

  async addUsers(
    ...rows: { userId: string; country?: string | null; features?: Record<string, string | number | boolean | null> }[]
  ) {
    for (const { userId, country = null, features = {} } of rows) {
      await this.#db.insert(users).values({ userId, country, features, ...synced });
    }
  }

  async addItems(
    ...rows: {
      itemId: string;
      price?: number;
      category?: string;
      features?: Record<string, string | number | boolean | null>;
    }[]
  ) {
    for (const { itemId, price = 10, category = "Planes", features = {} } of rows) {
      const shown = { name: `Item ${itemId}`, category, price, hidden: false, publicValues: {} };
      await this.#db.insert(items).values({ itemId, ...shown, features, ...synced });
    }
  }

  async addRatings(...rows: { userId: string; itemId: string; rating: number; ratedAt?: number }[]): Promise<void> {
    for (const row of rows) await this.#db.insert(ratings).values({ ...row, ...synced });
  }

  /** Sends events, one request each, and waits until the ledger has them all. */
  async does(...doings: Doing[]): Promise<void> {
    for (const { user, client, name, item, at, params = {}, isPersonal = true } of doings) {
      const event = {
        event_id: randomUUID(),
        name,
        ...(at === undefined ? {} : { timestamp: at.toISOString() }),
        params: { ...(item === undefined ? {} : { items: [{ item_id: item }] }), ...params },
      };
      const who = {
        ...(user === undefined ? {} : { user_id: user }),
        ...(client === undefined ? {} : { client_id: client }),
        ...(isPersonal ? {} : { consent: { personalization: false, analytics: true } }),
      };
      const { status, body } = await this.runtime.call("/v1/events", { body: { ...who, events: [event] } });
      if (status !== 202 || body.accepted !== 1) throw new Error(`${name} was not taken: ${JSON.stringify(body)}`);
    }
    await this.settle(doings.length);
  }

  /** A client signs in, as its session tells the ledger a minute later. */
  async signIn(client: string, user: string): Promise<void> {
    const { INTERACTION_LEDGER, LEDGER_SHARDS } = this.runtime.env;
    const now = Date.now();
    const signIn: Interaction = {
      event_id: `sign-in ${client}`,
      shopper: `u:${user}`,
      name: SIGN_IN,
      at: now,
      received_at: now,
      items: [],
      params: { client: `c:${client}` },
    };
    const shard = ledgerShardOf(signIn, Number(LEDGER_SHARDS));
    await INTERACTION_LEDGER.getByName(ledgerName(shard)).append([signIn]);
    await this.settle(1);
  }

  #taken = 0;
  /** Waits until the lake has so many events more, which is after totals and transfers. */
  async settle(events: number): Promise<void> {
    this.#taken += events;
    await eventually(async () => {
      const { body } = await this.runtime.call("/v1/ledger/flush", { method: "POST" });
      return body.totals.transfers === 0 && (await this.#eventsInLake()) >= this.#taken;
    }, 30_000);
  }

  async #eventsInLake(): Promise<number> {
    const { LAKE } = this.runtime.env;
    let found = 0;
    for (const { key } of (await LAKE.list({ prefix: "events/" })).objects) {
      const path = join(this.folder, "lake", key);
      const object = await LAKE.get(key);
      if (object === null) continue;
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, new Uint8Array(await object.arrayBuffer()));
      const [row] = await queryDuckDb(`SELECT count(*)::INTEGER AS n FROM '${path}'`);
      found += Number(row?.["n"] ?? 0);
    }
    return found;
  }

  /** The lake's events, as something to select from; {@link settle} has fetched them. */
  get lakeEvents(): string {
    return `read_parquet('${this.folder}/lake/events/**/*.parquet')`;
  }

  /** What the export calls a user. */
  pseudonym(userId: string): string {
    return pseudonymizer(this.runtime.env.DATA_SECRET ?? "")(`u:${userId}`);
  }

  /** Starts an export and waits for its end. */
  async run(asked: Record<string, unknown> = {}): Promise<{ id: string; state: string; error: string | null }> {
    const created = await this.runtime.call("/v1/exports", { body: asked });
    if (created.status !== 202) throw new Error(JSON.stringify(created.body));
    return eventually(async () => {
      const { body } = await this.runtime.call(`/v1/exports/${created.body.id}`);
      return body.state !== "running" && body;
    }, 60_000);
  }

  /** Makes an export and fetches it, each file checked against the manifest. */
  async export(asked: Record<string, unknown> = {}): Promise<PulledExport> {
    const { id, state, error } = await this.run(asked);
    if (state !== "complete") throw new Error(`The export ended as ${state}: ${error}`);
    return this.pull(id);
  }

  async pull(id: string): Promise<PulledExport> {
    const { EXPORTS } = this.runtime.env;
    const stored = await EXPORTS.get(`${id}/manifest.json`);
    const manifest = exportManifestSchema.parse(await stored?.json());
    const folder = join(this.folder, id);
    for (const { file, bytes, sha256 } of filesOf(manifest)) {
      const content = new Uint8Array((await (await EXPORTS.get(`${id}/${file}`))?.arrayBuffer()) ?? []);
      if (content.byteLength !== bytes || createHash("sha256").update(content).digest("hex") !== sha256) {
        throw new Error(`${file} is not what the manifest says.`);
      }
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), content);
    }
    const table = (name: string): string => `read_parquet('${folder}/${name}/part-*.parquet')`;
    return {
      manifest,
      folder,
      query: (sql) =>
        queryDuckDb(sql.replaceAll(/\b(TRAINING|RATINGS|USERS|ITEMS)\b/g, (name) => table(name.toLowerCase()))),
    };
  }
}
