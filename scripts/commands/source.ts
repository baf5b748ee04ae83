import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";

import { type Command, CommandError } from "../command.ts";
import type { Inspection } from "../source/inspect.ts";
import { type DatabaseAddress, describeAddress, maskedUrl, parseAddress } from "../source/read/address.ts";
import { configOf } from "../source/write/config-of.ts";
import { writeConfig } from "../source/write/write-config.ts";
import { READER, usedTables, writeGrants } from "../source/write/write-grants.ts";
import { writeSummary } from "../source/write/write-summary.ts";
import { startStep } from "../terminal/progress.ts";

const USAGE = `endcap source inspect URL [--schema NAME …] [--out FILE] [--force] [--json]

Looks at a shop's database and writes a first endcap.config.ts: which tables are users, items, orders and ratings, and
which columns are what, each with the reason of the choice. Reads only: the catalogue, row counts, and of small columns
(an order's status, a rating, a currency) the values. Of the users' table no value is ever read.

  URL            mysql://user:password@host:port/database or postgres://…; ?sslmode=require encrypts
  --schema NAME  look at this schema instead of the connection's own; several times for several
  --out FILE     write to FILE instead of standard output
  --force        overwrite FILE
  --json         print the guess as JSON

Exit status 1 when the table of users or items, or a column that these need, was not found: each is named in a line.`;

interface Options {
  readonly schemas: readonly string[];
  readonly out: string | null;
  readonly force: boolean;
  readonly json: boolean;
}

function existsAlready(file: string): CommandError {
  return new CommandError(`${file} exists already: choose another --out, or overwrite it with --force.`);
}

async function writeTo(file: string, text: string, force: boolean): Promise<void> {
  try {
    await writeFile(file, text, { flag: force ? "w" : "wx" });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") throw existsAlready(file);
    throw new CommandError(`${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

function asJson({ database, guess }: Inspection): string {
  const tables = usedTables(guess);
  const grants = writeGrants(
    database,
    tables.map(({ name }) => name),
  );
  return JSON.stringify({ config: configOf(guess), missing: guess.missing, tables, grants, guess }, null, 2);
}

async function report(inspection: Inspection, address: DatabaseAddress, options: Options): Promise<number> {
  const { database, guess } = inspection;
  const nothing = usedTables(guess).length === 0;
  const text = writeConfig(database, guess);
  if (nothing) {
    console.error("Nothing in this database looks like a shop: is it the right one, and the right schema (--schema)?");
  } else if (options.out !== null) await writeTo(options.out, text, options.force);
  if (options.json) console.log(asJson(inspection));
  else if (!nothing && options.out === null) process.stdout.write(text);

  const context = { database, file: options.out, replica: maskedUrl(address, READER) };
  if (!nothing) for (const line of writeSummary(guess, context)) console.error(line);
  for (const { path, why } of guess.missing) console.error(`endcap source: ${path} was not found: ${why}.`);
  return guess.missing.length === 0 ? 0 : 1;
}

async function inspect(url: string, options: Options): Promise<number> {
  const address = parseAddress(url);
  if (options.out !== null && !options.force && existsSync(options.out)) throw existsAlready(options.out);
  // Loaded late: `endcap --help` needs no database clients.
  const { inspectDatabase } = await import("../source/inspect.ts");
  const step = startStep(`Looking at the ${describeAddress(address)}`);
  try {
    const inspection = await inspectDatabase(address, options.schemas, (done, total) => step.update(done, total));
    step.done(`${inspection.server}, ${inspection.database.tables.length} tables`);
    return await report(inspection, address, options);
  } catch (error) {
    step.fail("failed");
    throw error;
  }
}

export default {
  summary: "Look at a shop's database and write a first endcap.config.ts",
  usage: USAGE,
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        schema: { type: "string", multiple: true, default: [] },
        out: { type: "string" },
        force: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
      },
    });
    const [verb, url, ...more] = positionals;
    if (verb !== "inspect") throw new CommandError("Say what to do: endcap source inspect URL");
    if (url === undefined) throw new CommandError("Name the database: endcap source inspect mysql://… or postgres://…");
    if (more.length > 0) throw new CommandError("Name one database at a time.");
    return inspect(url, {
      schemas: values.schema,
      out: values.out ?? null,
      force: values.force,
      json: values.json,
    });
  },
} satisfies Command;
