import { afterAll, beforeAll, describe, it } from "vitest";
import { z } from "zod";

import { type ServerPower, TEST_SERVERS, type TestDatabase, type TestServer } from "../../support/databases.ts";
import { startRuntime, type TestRuntime } from "../../support/runtime.ts";
import { type Dialect, openWriter, resetShop, type Row, type Writer } from "../property/shop.ts";

/** A run that did everything that this test file asks of it takes seconds on a busy machine. */
export const TROUBLE_TIMEOUT_MILLISECONDS = 120_000;
/** Tables of D1 that belong to D1. */
const KEPT_TABLES = ["d1_migrations", "_cf_KV", "sqlite_sequence", "_cf_METADATA"];

const counts = z.object({
  read: z.number(),
  compared: z.number(),
  written: z.number(),
  deleted: z.number(),
  quarantined: z.number(),
});
const runSchema = z.object({
  run_id: z.string(),
  run: z.number(),
  state: z.string(),
  counts: z.record(z.string(), counts),
  entities: z.record(z.string(), z.object({ state: z.string(), reasons: z.array(z.string()) })),
  error: z.string().nullable(),
  announcement_id: z.string().nullable(),
});
/** A run as `/v1/sync` tells it. */
export type ToldRun = z.infer<typeof runSchema>;
const runsSchema = z.object({ data: z.array(runSchema) });

const noticeSchema = z.object({
  kind: z.string(),
  subject: z.string(),
  message: z.string(),
  opened_at: z.string(),
  closed_at: z.string().nullable(),
  expected: z.boolean(),
  announcement_id: z.string().nullable(),
});
/** A notice as `/v1/notices` tells it. */
export type ToldNotice = z.infer<typeof noticeSchema>;
const noticesSchema = z.object({ data: z.array(noticeSchema) });

/** A shop's database on a real server, the real Worker that syncs it, and what one may ask of both. */
export interface Bed {
  readonly dialect: Dialect;
  readonly server: TestServer;
  readonly database: TestDatabase;
  /** Writes to the shop. Null while the server is off. */
  readonly writer: Writer;
  readonly runtime: TestRuntime;
  /** Connects to the shop as another of its programs. */
  openWriter(): Promise<Writer>;
  /** Connects anew after the server was away. */
  reconnect(): Promise<void>;
  /** Empties the shop and all that Endcap knows of it. */
  reset(): Promise<void>;
  /**
   * Runs the sync to its end.
   * @param ahead milliseconds by which the run's clock is ahead
   */
  run(ahead?: number): Promise<ToldRun>;
  /** Runs, newest first. */
  runs(): Promise<ToldRun[]>;
  /** What people were told, oldest first. */
  notices(): Promise<ToldNotice[]>;
  /** Rows of D1, every value as JSON has it. */
  readonly stored: (sql: string) => Promise<Row[]>;
}

/** What the tests of a file run on. */
export interface BedOptions {
  /** The shop's configuration, as a path from the project's folder. */
  readonly shop: string;
  /** The dialects that it is about; both where nothing is said. */
  readonly dialects?: readonly Dialect[];
  /** What follows `CREATE DATABASE <name>`. */
  readonly database?: Partial<Record<Dialect, string>>;
  /** The entry, where it is not the Worker with `POST /v1/run`. */
  readonly main?: string;
  /** The address that the Worker reads, where it is not the owner's. */
  readonly readAs?: (database: TestDatabase, server: TestServer) => Promise<string>;
}

/** What not every server can do: be switched off, or serve several clients at once. */
export type Need = "power" | "clients";

/** `it`, for a test that needs the server: skipped where there is none, or none that can do what is needed. */
export type TroubleTest = (name: string, body: (bed: Bed) => Promise<void>, need?: Need) => void;

function can({ server, database }: Bed, need: Need): boolean {
  // PGlite, which serves one client at a time, is the one that offers no encryption.
  return need === "power" ? server.power !== null : !database.url.includes("sslmode");
}

async function openBed(dialect: Dialect, server: TestServer, options: BedOptions): Promise<Bed> {
  const database = await server.createDatabase(options.database?.[dialect]);
  let writer = await openWriter(dialect, database.url);
  await resetShop(writer);
  const runtime = await startRuntime({
    replica: (await options.readAs?.(database, server)) ?? database.url,
    main: options.main ?? "test/sync/property/worker.ts",
    shop: options.shop,
  });
  const { DB } = runtime.env;
  const stored = async (sql: string): Promise<Row[]> => (await DB.prepare(sql).all<Row>()).results;
  const runs = async (): Promise<ToldRun[]> => runsSchema.parse((await runtime.call("/v1/sync?limit=100")).body).data;
  return {
    dialect,
    server,
    database,
    runtime,
    stored,
    runs,
    get writer() {
      return writer;
    },
    openWriter: () => openWriter(dialect, database.url),
    async reconnect() {
      writer = await openWriter(dialect, database.url);
    },
    async reset() {
      const tables = await stored("SELECT name FROM sqlite_master WHERE type = 'table'");
      const names = tables.map((row) => row["name"] ?? "").filter((name) => !KEPT_TABLES.includes(name));
      await DB.batch(names.map((name) => DB.prepare(`DELETE FROM ${name}`)));
      await resetShop(writer);
    },
    async run(ahead = 0) {
      const { body } = await runtime.call("/v1/run", { body: { ahead, trouble: { kind: "none" } } });
      if (body?.state === "died") throw new Error(body.message);
      const [run] = await runs();
      if (run === undefined) throw new Error("A run was made and is not told.");
      return run;
    },
    async notices() {
      return noticesSchema.parse((await runtime.call("/v1/notices?limit=100")).body).data.toReversed();
    },
  };
}

async function closeBed(bed: Bed): Promise<void> {
  // The server may be away, and with it the connection.
  await bed.writer.close().catch(() => undefined);
  await bed.runtime.close();
}

/** Declares the same tests for both dialects, each with a database and a Worker of its own. */
export function onBeds(options: BedOptions, tests: (when: TroubleTest, dialect: Dialect) => void): void {
  const servers = TEST_SERVERS.filter(({ dialect }) => options.dialects?.includes(dialect) ?? true);
  describe.each(servers)("read from $dialect", ({ dialect, start }) => {
    let server: TestServer | null = null;
    let bed: Bed | null = null;
    beforeAll(async () => {
      server = await start();
      if (server !== null) bed = await openBed(dialect, server, options);
    });
    afterAll(async () => {
      if (bed !== null) await closeBed(bed);
      await server?.stop();
    });
    tests((name, body, need) => {
      it(name, { timeout: TROUBLE_TIMEOUT_MILLISECONDS }, async (test) => {
        if (bed === null || (need !== undefined && !can(bed, need))) return test.skip();
        await bed.reset();
        await body(bed);
        return undefined;
      });
    }, dialect);
  });
}

/** The switch of a server that was asked for one. */
export function powerOf({ server }: Bed): ServerPower {
  if (server.power === null) throw new Error("A test that needs a server's power says so.");
  return server.power;
}

/** A notice in a few words: what it is about, whether it was expected, and whether it still holds. */
export function inWords({ kind, subject, expected, closed_at: closedAt }: ToldNotice): string {
  return `${kind} ${subject}:${expected ? " expected," : ""} ${closedAt === null ? "open" : "closed"}`;
}
