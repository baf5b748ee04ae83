import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { CommandError } from "../../scripts/command.ts";
import demoShop from "../../scripts/commands/demo-shop.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "endcap-demo-shop-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("endcap demo-shop", () => {
  it("writes a shop of the size asked for", async () => {
    const out = join(folder, "shop.sql");
    const sizes = ["--customers", "3", "--products", "5", "--seed", "2"];
    expect(await demoShop.run(["--dialect", "mysql", ...sizes, "--out", out])).toBe(0);
    const sql = await readFile(out, "utf8");
    const [, customers = ""] = /INSERT INTO `customers`[^\n]*\n([^;]*);\n/.exec(sql) ?? [];
    const [, products = ""] = /INSERT INTO `products`[^\n]*\n([^;]*);\n/.exec(sql) ?? [];
    expect(customers.split("\n")).toHaveLength(3);
    expect(products.split("\n")).toHaveLength(5);
  });

  it.each([
    [[], /--dialect/],
    [["--dialect", "oracle"], /--dialect/],
    [["--dialect", "mysql", "--customers", "0"], /--customers must be a whole number/],
    [["--dialect", "mysql", "--products", "1e9"], /--products must be a whole number/],
    [["--dialect", "mysql", "--out", "/nowhere/at/all.sql"], /Cannot write/],
  ])("says in one line what is wrong with %j", async (args, message) => {
    const running = demoShop.run(args);
    await expect(running).rejects.toThrow(message);
    await expect(running).rejects.toBeInstanceOf(CommandError);
  });
});
