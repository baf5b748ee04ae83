import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";

import { type Command, CommandError } from "../command.ts";
import {
  DEMO_SHOP_CUSTOMERS_DEFAULT,
  DEMO_SHOP_PRODUCTS_DEFAULT,
  DEMO_SHOP_ROWS_MAX,
  DEMO_SHOP_SEED_DEFAULT,
  generateDemoShop,
} from "../demo-shop/generate.ts";
import { type Dialect, demoShopSql, DIALECTS } from "../demo-shop/sql.ts";

function dialectOf(value: string | undefined): Dialect {
  const dialect = DIALECTS.find((name) => name === value);
  if (dialect === undefined) throw new CommandError(`Say for which server: --dialect ${DIALECTS.join(" or ")}.`);
  return dialect;
}

function wholeNumber(name: string, value: string | undefined, fallback: number, least: number): number {
  if (value === undefined) return fallback;
  const number = Number(value);
  if (/^\d+$/.test(value) && number >= least && number <= DEMO_SHOP_ROWS_MAX) return number;
  throw new CommandError(`--${name} must be a whole number from ${least} to ${DEMO_SHOP_ROWS_MAX}.`);
}

function* lines(statements: Iterable<string>): Generator<string> {
  for (const statement of statements) yield `${statement}\n`;
}

export default {
  summary: "Write the demo shop as SQL, to load into a MySQL or PostgreSQL server",
  usage: `endcap demo-shop --dialect mysql|postgres [--customers N] [--products N] [--seed N] [--out FILE]

  --dialect     whose SQL to write
  --customers   how many customers (${DEMO_SHOP_CUSTOMERS_DEFAULT})
  --products    how many products (${DEMO_SHOP_PRODUCTS_DEFAULT})
  --seed        another shop of the same size (${DEMO_SHOP_SEED_DEFAULT})
  --out         write to a file instead of standard output

Load it into an empty database: endcap demo-shop --dialect mysql | mysql shop`,
  async run(args) {
    const option = { type: "string" } as const;
    const { values } = parseArgs({
      args: [...args],
      options: { dialect: option, customers: option, products: option, seed: option, out: option },
    });
    const dialect = dialectOf(values.dialect);
    const shop = generateDemoShop({
      customers: wholeNumber("customers", values.customers, DEMO_SHOP_CUSTOMERS_DEFAULT, 1),
      products: wholeNumber("products", values.products, DEMO_SHOP_PRODUCTS_DEFAULT, 1),
      seed: wholeNumber("seed", values.seed, DEMO_SHOP_SEED_DEFAULT, 0),
      now: new Date(),
    });
    const statements = Readable.from(lines(demoShopSql(shop, dialect)));
    if (values.out === undefined) await pipeline(statements, process.stdout, { end: false });
    else {
      await pipeline(statements, createWriteStream(values.out)).catch((error: unknown) => {
        throw new CommandError(`Cannot write ${values.out}: ${error instanceof Error ? error.message : String(error)}`);
      });
    }
    return 0;
  },
} satisfies Command;
