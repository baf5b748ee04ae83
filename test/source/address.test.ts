import { expect, it } from "vitest";

import { maskedUrl, parseAddress } from "../../scripts/source/read/address.ts";
import { connectionError } from "../../scripts/source/read/connection-error.ts";

const ADDRESS = parseAddress("postgresql://ann:p%40ss%23word@db.example/shop?sslmode=Require");

it("takes an address apart, with the dialect's port where none is written", () => {
  expect(ADDRESS).toMatchObject({
    dialect: "postgres",
    host: "db.example",
    port: 5432,
    user: "ann",
    password: "p@ss#word",
    database: "shop",
    sslMode: "require",
  });
  expect(parseAddress("mariadb://ann:x@[::1]:3307/shop")).toMatchObject({ dialect: "mysql", host: "::1", port: 3307 });
});

it("gives the address for another user, without a password, in a scheme that npm start knows", () => {
  expect(maskedUrl(ADDRESS, "endcap")).toBe("postgresql://endcap:PASSWORD@db.example/shop?sslmode=Require");
  const mariadb = parseAddress("mariadb://ann:p%40ss@db.example:3307/shop");
  expect(maskedUrl(mariadb, "endcap")).toBe("mysql://endcap:PASSWORD@db.example:3307/shop");
});

it.each([
  ["ECONNREFUSED", "Nothing listens at db.example:5432"],
  ["28P01", 'The server refuses the user "ann": wrong name or password.'],
  ["3D000", 'There is no database "shop" on the server.'],
])("says for %s what to do", (code, message) => {
  expect(connectionError(ADDRESS, Object.assign(new Error("as the driver says it"), { code })).message).toContain(
    message,
  );
});

it("tells whatever else a driver says in one line, without the password", () => {
  const thrown = Object.assign(new Error("cannot\n  use p@ss#word or p%40ss%23word"), { code: "XX000" });
  expect(connectionError(ADDRESS, thrown).message).toBe(
    "The PostgreSQL database shop at db.example:5432 cannot be read: cannot use … or … (XX000)",
  );
});
