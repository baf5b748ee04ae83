import type { Dialect } from "../property/shop.ts";

/** What D1 is to hold of an item, as far as it matters. */
export interface WantedItem {
  readonly name?: string;
  readonly category?: string;
  readonly price?: number;
  readonly features?: Readonly<Record<string, unknown>>;
}

/** SQL that is the same for both dialects, or not. */
export type Sql = readonly string[] | Readonly<Record<Dialect, readonly string[]>>;

/** A table of products with something wrong in it, and what becomes of each row. */
export interface DataTrouble {
  readonly name: string;
  /** The dialects that can have it; both where nothing is said. */
  readonly only?: Dialect;
  /** Columns of the table of products. */
  readonly columns: Readonly<Record<Dialect, string>> | string;
  /** Keys of good rows that every such table has. */
  readonly neighbours?: readonly string[];
  /** Rows that are synced before the trouble comes. */
  readonly before?: Sql;
  readonly rows: Sql;
  /** Items that there are then, beside the neighbours. */
  readonly items: Readonly<Record<string, WantedItem>>;
  /** Rows that are set aside: `entity key` → why. */
  readonly aside?: Readonly<Record<string, string>>;
  /** What must cost nothing. */
  readonly quiet?: Sql;
  /** What mends every row. */
  readonly fix?: Sql;
  /** Items that there are when it is mended, beside the neighbours. */
  readonly fixed?: Readonly<Record<string, WantedItem>>;
}

/** Statements in one dialect. */
export function sqlOf(sql: Sql | undefined, dialect: Dialect): readonly string[] {
  if (sql === undefined) return [];
  return "mysql" in sql ? sql[dialect] : sql;
}

const REST = "title varchar(60), category varchar(20), price decimal(10,2)";
const KEYED = `code varchar(40) PRIMARY KEY, ${REST}`;
/** Nothing keeps NULL or the same key twice out. */
const UNKEYED = `code varchar(40), ${REST}`;
const ALIKE_PRICE = 50;
const SERIAL = "1234567890123456789012345678901234567890";

/** A text as a literal of both dialects, whatever MySQL's `sql_mode`. */
function literal(dialect: Dialect, text: string): string {
  if (dialect === "mysql") return `CONVERT(X'${Buffer.from(text, "utf8").toString("hex")}' USING utf8mb4)`;
  return `'${text.replaceAll("'", "''")}'`;
}

function bothDialects(sql: (dialect: Dialect) => readonly string[]): Sql {
  return { mysql: sql("mysql"), postgres: sql("postgres") };
}

/** An insert of one row without further columns. */
function row(dialect: Dialect, code: string, title: string, price = "1.00"): string {
  return `INSERT INTO products (code, title, category, price) VALUES (${literal(dialect, code)}, ${literal(dialect, title)}, 'Cars', ${price})`;
}

function rows(codes: readonly string[]): Sql {
  return bothDialects((dialect) => codes.map((code) => row(dialect, code, `Product ${code}`)));
}

function named(codes: readonly string[]): Record<string, WantedItem> {
  return Object.fromEntries(codes.map((code) => [code, { name: `Product ${code}`.trim() }]));
}

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, n) => `k${String(n + 1).padStart(2, "0")}`);
}

/** Two rows with the key at this place of the order: with pages of five, the page may end between them. */
function repeatedAt(place: number): DataTrouble {
  const codes = numbered(12);
  const key = codes[place - 1] ?? "";
  return {
    name: `the key at place ${place} twice`,
    columns: UNKEYED,
    neighbours: ["z-good"],
    rows: bothDialects((dialect) => [
      ...codes.map((code) => row(dialect, code, `Product ${code}`)),
      row(dialect, key, "Another", "2.00"),
    ]),
    items: named(codes.filter((code) => code !== key)),
    aside: { [`items ${key}`]: "key_repeated" },
    fix: ["DELETE FROM products WHERE price = 2"],
    fixed: named(codes),
  };
}

/** Keys that the database takes for the same, and Endcap does not, at a place of the order where a page may end. */
function alikeAt(place: number, what: string, alike: readonly string[], column: Record<Dialect, string>): DataTrouble {
  const before = numbered(place - 1).map((code) => `a${code}`);
  const behind = ["x1", "x2"];
  const others = alike.slice(1);
  return {
    name: `keys that differ in ${what}, from place ${place} on`,
    columns: { mysql: `code ${column.mysql}, ${REST}`, postgres: `code ${column.postgres}, ${REST}` },
    neighbours: ["z-good"],
    rows: bothDialects((dialect) => [
      ...[...before, ...behind].map((code) => row(dialect, code, `Product ${code}`)),
      // Their prices tell them apart where their keys do not.
      ...alike.map((code, n) => row(dialect, code, `Alike ${n}`, String(ALIKE_PRICE + n))),
    ]),
    items: {
      ...named([...before, ...behind]),
      ...Object.fromEntries(alike.map((code, n) => [code, { name: `Alike ${n}`, price: ALIKE_PRICE + n }])),
    },
    fix: [
      `DELETE FROM products WHERE price = ${ALIKE_PRICE}`,
      `UPDATE products SET title = 'Changed' WHERE price = ${ALIKE_PRICE + 1}`,
    ],
    fixed: {
      ...named([...before, ...behind]),
      ...Object.fromEntries(others.map((code, n) => [code, { name: n === 0 ? "Changed" : `Alike ${n + 1}` }])),
    },
  };
}

const CASELESS = {
  mysql: "varchar(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci",
  postgres: "varchar(40) COLLATE caseless",
};
const ODD_KEYS = [
  "it's",
  '"quoted"',
  "back\\slash",
  "100%_sure",
  "ключ",
  "鍵🔑",
  "e\u0301 in two parts",
  " space before",
  "tab\there",
  "line\nbreak",
  "'; DROP TABLE products; --",
  "NULL",
  '["a"]',
  "{{7*7}}",
  "trailing  ",
];
const NOTHING_KNOWN: Record<Dialect, string> = {
  mysql:
    "n int, d decimal(10,2), f double, b boolean, dt date, ts datetime, tx text, js json, bi varbinary(10), en enum('a','b'), yr year, tm time, bt bit(1)",
  postgres:
    "n int, d numeric, f float8, b boolean, dt date, ts timestamptz, tx text, js jsonb, bi bytea, uu uuid, ar int[], iv interval, tm time, ip inet",
};

export const DATA_TROUBLES: readonly DataTrouble[] = [
  {
    name: "zero dates",
    only: "mysql",
    columns: `${KEYED}, made date, seen datetime, touched timestamp NULL`,
    rows: [
      "SET SESSION sql_mode = ''",
      "INSERT INTO products VALUES ('zero', 'Zero', 'Cars', 1, '0000-00-00', '0000-00-00 00:00:00', '0000-00-00 00:00:00')",
      "INSERT INTO products VALUES ('half', 'Half', 'Cars', 1, '2026-02-00', '2026-00-01 10:00:00', NULL)",
      "INSERT INTO orders (id, customer, placed) VALUES (1, 1, '0000-00-00'), (2, 1, '2026-02-03')",
    ],
    items: {
      zero: { features: { made: null, seen: null, touched: null } },
      half: { features: { made: null, seen: null } },
    },
    aside: { "orders 1": "time_not_readable" },
    fix: [
      "UPDATE products SET made = '2026-02-03', seen = '2026-02-03 10:00:00' WHERE code IN ('zero', 'half')",
      "UPDATE orders SET placed = '2026-02-03' WHERE id = 1",
    ],
    fixed: {
      zero: { features: { made: "2026-02-03", seen: "2026-02-03T10:00:00.000Z" } },
      half: { features: { made: "2026-02-03", seen: "2026-02-03T10:00:00.000Z" } },
    },
  },
  {
    name: "dates without end, before Christ and far ahead",
    only: "postgres",
    columns: `${KEYED}, made date, seen timestamptz`,
    rows: [
      "INSERT INTO products VALUES ('end', 'End', 'Cars', 1, 'infinity', '-infinity')",
      "INSERT INTO products VALUES ('bc', 'BC', 'Cars', 1, '0044-03-15 BC', '0044-03-15 10:00:00 BC')",
      "INSERT INTO products VALUES ('far', 'Far', 'Cars', 1, '12026-01-01', '12026-01-01 10:00:00')",
      "INSERT INTO orders (id, customer, placed) VALUES (1, 1, 'infinity'), (2, 1, '0044-03-15 BC'), (3, 1, '2026-02-03')",
    ],
    items: {
      end: { features: { made: null, seen: null } },
      bc: { features: { made: null, seen: null } },
      far: { features: { made: null, seen: null } },
    },
    aside: { "orders 1": "time_not_readable", "orders 2": "time_not_readable" },
    fix: [
      "UPDATE products SET made = '2026-02-03', seen = '2026-02-03 10:00:00+00' WHERE made IS NOT NULL",
      "UPDATE orders SET placed = '2026-02-03'",
    ],
    fixed: {
      end: { features: { made: "2026-02-03", seen: "2026-02-03T10:00:00.000Z" } },
      bc: { features: { made: "2026-02-03" } },
      far: { features: { made: "2026-02-03" } },
    },
  },
  {
    name: "NULL in every kind of column",
    columns: { mysql: `${KEYED}, ${NOTHING_KNOWN.mysql}`, postgres: `${KEYED}, ${NOTHING_KNOWN.postgres}` },
    rows: [
      "INSERT INTO products (code, price) VALUES ('bare', 1)",
      "INSERT INTO products (code, title) VALUES ('priceless', 'Priceless')",
    ],
    items: {
      bare: {
        name: "bare",
        category: "",
        features: { n: null, d: null, f: null, b: null, dt: null, ts: null, tx: null, js: null },
      },
    },
    aside: { "items priceless": "price_not_a_number" },
    fix: [
      "UPDATE products SET title = 'Dressed', category = 'Cars', price = 2, n = 1, d = 2.50, f = 0.5, b = true, tm = '10:00:00' WHERE code = 'bare'",
      "UPDATE products SET price = 9 WHERE code = 'priceless'",
    ],
    fixed: {
      bare: { name: "Dressed", features: { n: 1, d: 2.5, f: 0.5, b: true, tm: "10:00:00", tx: null } },
      priceless: { price: 9 },
    },
  },
  {
    name: "NULL and nothing as a key",
    columns: UNKEYED,
    rows: [
      "INSERT INTO products VALUES (NULL, 'First', 'Cars', 1), (NULL, 'Second', 'Cars', 1), ('', 'Third', 'Cars', 1)",
    ],
    items: {},
    aside: { "items (null)": "key_missing", "items ": "key_missing" },
    fix: [
      "DELETE FROM products WHERE title = 'Second'",
      "UPDATE products SET code = title WHERE code IS NULL OR code = ''",
    ],
    fixed: { First: {}, Third: {} },
  },
  {
    name: "a key twice, of a row that was known before",
    columns: UNKEYED,
    before: ["INSERT INTO products VALUES ('twice', 'Known', 'Cars', 1)"],
    rows: ["INSERT INTO products VALUES ('twice', 'Other', 'Cars', 2)"],
    items: { twice: { name: "Known" } },
    aside: { "items twice": "key_repeated" },
    fix: ["DELETE FROM products WHERE title = 'Known'"],
    fixed: { twice: { name: "Other", price: 2 } },
  },
  ...[4, 5, 6, 9, 10, 11].map(repeatedAt),
  {
    name: "more rows with one key than a page holds",
    columns: UNKEYED,
    rows: [
      `INSERT INTO products VALUES ${Array.from({ length: 13 }, (_, n) => `('many', 'Many', 'Cars', ${n})`).join(", ")}`,
      "INSERT INTO products VALUES ('n1', 'N 1', 'Cars', 1), ('n2', 'N 2', 'Cars', 1)",
    ],
    items: { n1: {}, n2: {} },
    aside: { "items many": "key_repeated" },
    fix: ["DELETE FROM products WHERE title = 'Many' AND price > 0"],
    fixed: { n1: {}, n2: {}, many: { price: 0 } },
  },
  {
    name: "a text of 5 MB",
    columns: {
      mysql: "code varchar(40) PRIMARY KEY, title longtext, category varchar(20), price decimal(10,2), note longtext",
      postgres: "code varchar(40) PRIMARY KEY, title text, category varchar(20), price decimal(10,2), note text",
    },
    rows: ["INSERT INTO products VALUES ('long', REPEAT('ä', 2500000), 'Cars', 1, REPEAT('n', 5000000))"],
    items: { long: { name: "ä".repeat(2_000), features: { note: "n".repeat(2_000), title: "ä".repeat(2_000) } } },
    quiet: ["UPDATE products SET note = CONCAT(note, 'more') WHERE code = 'long'"],
    fix: ["UPDATE products SET title = 'Short', note = 'short' WHERE code = 'long'"],
    fixed: { long: { name: "Short", features: { note: "short" } } },
  },
  {
    name: "numbers with 40 digits",
    columns: `code varchar(40) PRIMARY KEY, title varchar(60), category varchar(20), price decimal(50,5), serial decimal(45,0)`,
    rows: [`INSERT INTO products VALUES ('large', 'Large', 'Cars', ${SERIAL}, ${SERIAL})`],
    items: { large: { price: Number(SERIAL), features: { serial: Number(SERIAL) } } },
    fix: ["UPDATE products SET price = 1.5, serial = 7 WHERE code = 'large'"],
    fixed: { large: { price: 1.5, features: { serial: 7 } } },
  },
  {
    name: "keys with 40 digits",
    columns: `code decimal(40,0) PRIMARY KEY, ${REST}`,
    neighbours: ["1", "2"],
    rows: Array.from(
      { length: 8 },
      (_, n) => `INSERT INTO products VALUES (${SERIAL.slice(0, -1)}${n}, 'L ${n}', 'Cars', 1)`,
    ),
    items: Object.fromEntries(Array.from({ length: 8 }, (_, n) => [`${SERIAL.slice(0, -1)}${n}`, { name: `L ${n}` }])),
    fix: [`DELETE FROM products WHERE code > ${SERIAL.slice(0, -1)}0`],
    fixed: { [SERIAL]: { name: "L 0" } },
  },
  {
    name: "prices that are no numbers",
    only: "postgres",
    columns: "code varchar(40) PRIMARY KEY, title varchar(60), category varchar(20), price numeric, weight float8",
    rows: [
      "INSERT INTO products VALUES ('nan', 'NaN', 'Cars', 'NaN', 'NaN'), ('inf', 'Infinity', 'Cars', 'Infinity', '-Infinity')",
      "INSERT INTO products VALUES ('fine', 'Fine', 'Cars', 1, 'Infinity')",
    ],
    items: { fine: { price: 1, features: { weight: null } } },
    aside: { "items nan": "price_not_a_number", "items inf": "price_not_a_number" },
    fix: ["UPDATE products SET price = 2, weight = 0.5 WHERE category = 'Cars'"],
    fixed: { fine: { features: { weight: 0.5 } }, nan: { price: 2 }, inf: { price: 2 } },
  },
  {
    name: "latin1 with every byte from 80 to FF",
    only: "mysql",
    columns: `${KEYED}, note varchar(200) CHARACTER SET latin1`,
    rows: [
      `INSERT INTO products VALUES ('bytes', 'Bytes', 'Cars', 1, X'${Buffer.from(Array.from({ length: 128 }, (_, n) => 128 + n)).toString("hex")}')`,
    ],
    // What MySQL calls latin1 is Windows' code page.
    items: {
      bytes: {
        features: { note: new TextDecoder("windows-1252").decode(Uint8Array.from({ length: 128 }, (_, n) => 128 + n)) },
      },
    },
    fix: ["UPDATE products SET note = 'é' WHERE code = 'bytes'"],
    fixed: { bytes: { features: { note: "é" } } },
  },
  {
    name: "keys in latin1",
    only: "mysql",
    columns: `code varchar(40) CHARACTER SET latin1 PRIMARY KEY, ${REST}`,
    rows: rows(["é-1", "ß", "€uro", "ÿ", "Ã¼", "plain", "ñ"]),
    items: named(["é-1", "ß", "€uro", "ÿ", "Ã¼", "plain", "ñ"]),
    fix: bothDialects((dialect) => [
      "DELETE FROM products WHERE title IN ('Product plain', 'Product ñ')",
      row(dialect, "œuvre", "Œuvre"),
    ]),
    fixed: { ...named(["é-1", "ß", "€uro", "ÿ", "Ã¼"]), œuvre: { name: "Œuvre" } },
  },
  {
    name: "UTF-8 that was written as latin1, and text in a binary column",
    only: "mysql",
    columns: `${KEYED}, note varchar(40) CHARACTER SET latin1, raw varchar(40) CHARACTER SET binary`,
    rows: [
      `INSERT INTO products VALUES ('forced', 'Forced', 'Cars', 1, X'${Buffer.from("Grün").toString("hex")}', X'ff80c3')`,
    ],
    items: { forced: { features: { note: "GrÃ¼n" } } },
    quiet: ["UPDATE products SET raw = X'00' WHERE code = 'forced'"],
    fix: ["UPDATE products SET note = 'Grün' WHERE code = 'forced'"],
    fixed: { forced: { features: { note: "Grün" } } },
  },
  {
    name: "keys with quotes, backslashes, wildcards, spaces and letters of all kinds",
    columns: `code varchar(60) PRIMARY KEY, ${REST}`,
    rows: rows(ODD_KEYS),
    items: named(ODD_KEYS),
    fix: bothDialects((dialect) => [
      "UPDATE products SET price = 5 WHERE category = 'Cars'",
      ...ODD_KEYS.slice(0, 7).map((code) => `DELETE FROM products WHERE code = ${literal(dialect, code)}`),
    ]),
    fixed: Object.fromEntries(ODD_KEYS.slice(7).map((code) => [code, { price: 5 }])),
  },
  ...[4, 5, 6].flatMap((place) => [
    alikeAt(place, "case only", ["same-key", "SAME-KEY", "Same-Key"], CASELESS),
    alikeAt(place, "spaces at their end only", ["same-key", "same-key ", "same-key  "], {
      mysql: CASELESS.mysql,
      postgres: "varchar(40)",
    }),
  ]),
  {
    name: "keys of 128 and 200 characters",
    columns: `code varchar(400) PRIMARY KEY, ${REST}`,
    rows: bothDialects((dialect) => [128, 200].map((length) => row(dialect, "i".repeat(length), `Long ${length}`))),
    items: { ["i".repeat(128)]: { name: "Long 128" } },
    aside: { [`items ${"i".repeat(200)}`]: "key_too_long" },
    fix: ["UPDATE products SET code = 'short' WHERE title = 'Long 200'"],
    fixed: { ["i".repeat(128)]: {}, short: { name: "Long 200" } },
  },
];
