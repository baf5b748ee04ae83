import { randomUUID } from "node:crypto";

import type { Interaction } from "../../domain/events/interaction.ts";
import { exportId, type ExportManifest, filesOf } from "../../domain/exports/manifest.ts";
import type { ExportParams } from "../../domain/exports/params.ts";
import { rememberFeatures } from "../../platform/d1/feature-store.ts";
import { d1Now } from "../../platform/d1/versions/clock.ts";
import { Ledgers } from "../durable-objects/ledger-world.ts";
import type { TestRuntime } from "../support/runtime.ts";
import { ExportShop, type PulledExport } from "./export-shop.ts";
import type { Trouble } from "./export-trouble.ts";
import type { Driven } from "./export-worker.ts";

/** Few shards make few requests; nothing comes by itself in between. */
const VARS = {
  LEDGER_SHARDS: "2",
  LEDGER_COUNTERS_MILLISECONDS: "3600000",
  LEDGER_SEGMENT_MILLISECONDS: "3600000",
};
const NO_TROUBLE: Trouble = { kind: "none" };

/** What a driven export is to be; what is left out is as usual. */
export interface DriveOptions {
  /** An export that was stopped, to go on with. */
  readonly id?: string;
  readonly params?: Partial<ExportParams>;
  readonly ahead?: number;
  /** The step before which to stop. */
  readonly until?: string;
  readonly trouble?: Trouble;
}

/** SHA-256 of each file of an export, by its name. */
export function hashesOf(manifest: ExportManifest): Record<string, string> {
  return Object.fromEntries(filesOf(manifest).map(({ file, sha256 }) => [file, sha256]));
}

/** A shop whose ledger and D1 a test writes itself, and whose exports run step by step, without the Workflow. */
export class DrivenShop {
  readonly shop: ExportShop;
  readonly ledgers: Ledgers;

  private constructor(shop: ExportShop) {
    this.shop = shop;
    this.ledgers = new Ledgers(shop.runtime);
  }

  /** @param options what is another than usual; `main` must take `POST /test/drive` as export-worker.ts does */
  static async open(options: Parameters<typeof ExportShop.open>[0] = {}): Promise<DrivenShop> {
    return new DrivenShop(await ExportShop.open({ main: "./test/exports/export-worker.ts", vars: VARS, ...options }));
  }

  close(): Promise<void> {
    return this.shop.close();
  }

  get runtime(): TestRuntime {
    return this.shop.runtime;
  }

  get db(): D1Database {
    return this.runtime.env.DB;
  }

  /** Puts what shoppers did straight into the ledger. */
  async tell(...interactions: Interaction[]): Promise<void> {
    await this.ledgers.append(interactions);
  }

  /** Writes to D1 as one transaction. */
  async store(...statements: readonly D1PreparedStatement[][]): Promise<void> {
    await this.db.batch(statements.flat());
  }

  /** Notes features in the catalogue of features, as the sync does: name → kind. */
  async describeFeatures(entity: "users" | "items", kinds: Readonly<Record<string, string>>): Promise<void> {
    const described = Object.entries(kinds).map(([name, kind]) => ({
      name,
      kind,
      state: "active" as const,
      was: null,
    }));
    await rememberFeatures(this.db, entity, described, new Date());
  }

  /** Waits until every clock has gone on. @returns a time before which everything so far happened */
  async tick(): Promise<number> {
    const clocks = Array.from({ length: this.ledgers.shards }, (_, shard) => this.ledgers.shard(shard).clock());
    const time = Math.max(Date.now(), await d1Now(this.db), ...(await Promise.all(clocks)));
    while (Date.now() <= time || (await d1Now(this.db)) <= time);
    return time;
  }

  /** Runs an export, or goes on with one that was stopped. */
  async drive(options: DriveOptions = {}): Promise<Driven & { readonly id: string }> {
    const {
      id = exportId(new Date(), randomUUID()),
      params = {},
      ahead = 0,
      until = null,
      trouble = NO_TROUBLE,
    } = options;
    const asked = { asOf: null, csv: false, userIds: "pseudonym", ...params };
    const { status, body } = await this.runtime.call("/test/drive", {
      body: { id, params: asked, ahead, until, trouble },
    });
    if (status !== 200) throw new Error(`The export was not driven: ${JSON.stringify(body)}`);
    return { ...body, id };
  }

  /** Runs an export that must be complete, and fetches it. */
  async export(options: DriveOptions = {}): Promise<PulledExport> {
    const { id, state, error } = await this.drive(options);
    if (state !== "complete") throw new Error(`The export ended as ${state}: ${error}`);
    return this.shop.pull(id);
  }

  /** Keys of an export's files that are in the bucket. */
  async filesIn(id: string): Promise<string[]> {
    const { objects } = await this.runtime.env.EXPORTS.list({ prefix: `${id}/` });
    return objects.map(({ key }) => key.slice(id.length + 1)).toSorted();
  }

  /** What `latest.json` names. */
  async latest(): Promise<string | null> {
    const object = await this.runtime.env.EXPORTS.get("latest.json");
    return object === null ? null : (await object.json<{ id: string }>()).id;
  }
}
