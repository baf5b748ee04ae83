import { execFile } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import { array, assert, constantFrom, oneof, property, string } from "fast-check";
import { describe, expect, it } from "vitest";

import { configSchema } from "../../domain/config/schema.ts";
import type { Database } from "../../scripts/source/database.ts";
import {
  type EntityGuess,
  type Finding,
  found,
  type Literal,
  notFound,
  required,
} from "../../scripts/source/guess/finding.ts";
import { type Guess, guessConfiguration } from "../../scripts/source/guess.ts";
import { configOf } from "../../scripts/source/write/config-of.ts";
import { writeConfig } from "../../scripts/source/write/write-config.ts";
import { writeGrants } from "../../scripts/source/write/write-grants.ts";
import { evaluateConfig } from "./evaluate.ts";
import { CHINOOK, GERMAN, NORTHWIND, RAILS, SCALE_MODELS, SINGLE_LINES, TERSE, VARIANTS } from "./known-schemas.ts";
import { databaseFrom } from "./notation.ts";

const COMPLETE = { CHINOOK, GERMAN, NORTHWIND, RAILS, SCALE_MODELS, SINGLE_LINES };

function textOf(database: Database): string {
  return writeConfig(database, guessConfiguration(database));
}

async function formatted(source: string): Promise<string> {
  const root = join(import.meta.dirname, "../..");
  const child = execFile(join(root, "node_modules/.bin/oxfmt"), ["--stdin-filepath=endcap.config.ts"], { cwd: root });
  child.stdin?.end(source);
  return child.stdout === null ? "" : text(child.stdout);
}

describe.each(Object.entries(COMPLETE))("the configuration of %s", (_name, notation) => {
  const database = databaseFrom(notation);

  it("passes defineConfig, and says as a text what it says as data", () => {
    expect(evaluateConfig(textOf(database))).toEqual(configSchema.parse(configOf(guessConfiguration(database))));
  });

  it("stands as oxfmt would write it", async () => {
    expect(await formatted(textOf(database))).toBe(textOf(database));
  });
});

it("is refused at exactly the places that were said to be missing", () => {
  for (const notation of [TERSE, VARIANTS]) {
    const guess = guessConfiguration(databaseFrom(notation));
    const parsed = configSchema.safeParse(configOf(guess));
    const paths = parsed.error?.issues.map((issue) => issue.path.join(".")) ?? [];
    for (const { path } of guess.missing) expect(paths).toContain(path);
    expect(() => evaluateConfig(writeConfig(databaseFrom(notation), guess))).toThrow("endcap.config.ts is not valid");
  }
});

it("says beside each choice why, and in a comment what to fill in", () => {
  const written = textOf(databaseFrom(VARIANTS));
  expect(written).toContain('key: "id", // the primary key');
  expect(written).toContain("// name: fill in the column with the item's name");
  expect(written).toContain("// may be personal: not taken: email");
  expect(written).not.toContain("TODO");
});

it("keeps what was found of orders that lack something as a comment", () => {
  const written = textOf(databaseFrom(RAILS.replace(", unit_price_cents int", "")));
  expect(written).toContain('    // orders: {\n    //   table: "orders"');
  expect(written).toContain("    //     // price: fill in the column with the price of one piece");
  expect(evaluateConfig(written).source.orders).toBeUndefined();
});

/** A guess in which every name and every reason ends in `evil`. */
function spoiled(finding: Finding, evil: string): Finding {
  const spoil = (value: Literal): Literal => {
    if (typeof value === "string") return value === "cursor" ? value : value + evil;
    if (typeof value === "number") return value;
    if (Array.isArray(value)) return value.map(spoil);
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, spoil(member)]));
  };
  return {
    ...finding,
    value: finding.value === null ? null : spoil(finding.value),
    why: finding.why + evil,
    or: [...finding.or, evil],
    parts: finding.parts?.map((part) => spoiled(part, evil)) ?? null,
  };
}

it("lets no name of a table or column out of its quotes or its comment", () => {
  const hostile = oneof(
    constantFrom('"', "`", "\\", "\n", "\r", "\u2028", "*/", "//", "${", "});", "\u0000", "process.exit()"),
    string({ unit: "binary", maxLength: 8 }),
  );
  const database = databaseFrom(RAILS);
  const guess = guessConfiguration(database);
  const { orders, ratings } = guess;
  if (orders.kind !== "found" || ratings.kind !== "found") throw new Error("Not all was found.");
  const incomplete = ({ findings }: EntityGuess, evil: string): Finding[] => [
    required(notFound("key", evil)),
    found(
      "features",
      Array.from({ length: 40 }, () => evil),
      evil,
    ),
    ...findings.map((finding) => spoiled(finding, evil)),
  ];
  assert(
    property(array(hostile, { minLength: 1, maxLength: 4 }), (parts) => {
      const evil = parts.join("");
      const spoil = (entity: EntityGuess): EntityGuess => ({
        ...entity,
        findings: entity.findings.map((finding) => spoiled(finding, evil)),
        notes: [evil],
      });
      const bad: Guess = {
        ...guess,
        users: spoil(guess.users),
        items: spoil(guess.items),
        orders: { kind: "found", guess: spoil(orders.guess) },
        // One that lacks something is written too, as a comment.
        ratings: { kind: "found", guess: { ...spoil(ratings.guess), findings: incomplete(ratings.guess, evil) } },
      };
      const written = writeConfig({ ...database, database: `shop${evil}` }, bad);
      expect(evaluateConfig(written)).toEqual(configSchema.parse(configOf(bad)));
    }),
  );
});

describe("the rights of the reader", () => {
  it("are those to read the used tables, in each dialect with its quotes", () => {
    const [customers, , , , , orders] = databaseFrom(NORTHWIND).tables;
    if (customers === undefined || orders === undefined) throw new Error("The tables have changed.");
    const tables = [
      { ...customers, name: "customers", schema: "sh`op", table: "cus`tomers" },
      { ...orders, name: "sales.orders", schema: "sales", table: "orders" },
    ];
    const database = { tables, database: 'sh"op' };
    expect(writeGrants({ ...database, dialect: "mysql" }, ["customers", "sales.orders"])).toEqual([
      "CREATE USER 'endcap'@'%' IDENTIFIED BY 'PASSWORD';",
      "GRANT SELECT ON `sh``op`.`cus``tomers` TO 'endcap'@'%';",
      "GRANT SELECT ON `sales`.`orders` TO 'endcap'@'%';",
    ]);
    expect(writeGrants({ ...database, dialect: "postgres" }, ["sales.orders"])).toEqual([
      "CREATE ROLE endcap LOGIN PASSWORD 'PASSWORD';",
      'GRANT CONNECT ON DATABASE "sh""op" TO endcap;',
      'GRANT USAGE ON SCHEMA "sales" TO endcap;',
      'GRANT SELECT ON "sales"."orders" TO endcap;',
    ]);
  });
});
