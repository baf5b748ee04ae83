import type { ColumnChange, ColumnType } from "../../../domain/exports/manifest.ts";
import type { DriftEffect, DriftKind } from "../../../domain/sync/drift.ts";
import type { NoticeKind } from "../../../domain/sync/notices.ts";
import type { Entity } from "../../../domain/sync/run.ts";
import type { Dialect } from "../property/shop.ts";

/** A change of the source's format, and everything that follows from it. docs/sync.md shows this list as a table. */
export interface FormatChange {
  readonly name: string;
  readonly sql: Readonly<Record<Dialect, readonly string[]>>;
  /** What the run notes; empty where the sync has nothing to notice. */
  readonly drift: readonly { readonly kind: DriftKind; readonly effect: DriftEffect }[];
  /** Entities that are not read afterwards. */
  readonly paused?: readonly Entity[];
  /** Rows set aside afterwards, and why. */
  readonly setAside?: Readonly<Record<string, number>>;
  /** Features afterwards: `entity.name` → state and kind. */
  readonly features?: Readonly<Record<string, string>>;
  /** Columns of the next export: name → type; null for a column that it does not have. */
  readonly exported?: Readonly<Record<string, ColumnType | null>>;
  /** What the next export's manifest says of its columns, by their names. */
  readonly columns?: readonly {
    readonly change: ColumnChange["change"];
    readonly before: string | null;
    readonly after: string | null;
  }[];
  /** Who is told what, once: kinds of notices beside `schema_change`. */
  readonly told?: readonly NoticeKind[];
  /** True where the change costs no written row. */
  readonly writesNothing?: boolean;
}

/** The same statement in both dialects. */
const both = (...sql: string[]): FormatChange["sql"] => ({ mysql: sql, postgres: sql });

/** What the test adds to the shop before the first run: columns whose changes are tried. */
export const PREPARATION: FormatChange["sql"] = {
  mysql: [
    "ALTER TABLE products ADD COLUMN released varchar(20)",
    "ALTER TABLE products ADD COLUMN weight int NOT NULL DEFAULT 5",
    "ALTER TABLE products ADD COLUMN grade enum('new','used') DEFAULT 'new'",
    "ALTER TABLE products ADD COLUMN made date",
  ],
  postgres: [
    "ALTER TABLE products ADD COLUMN released varchar(20)",
    "ALTER TABLE products ADD COLUMN weight int NOT NULL DEFAULT 5",
    "DROP TYPE IF EXISTS grade CASCADE",
    "CREATE TYPE grade AS ENUM ('new', 'used')",
    "ALTER TABLE products ADD COLUMN grade grade DEFAULT 'new'",
    "ALTER TABLE products ADD COLUMN made date",
  ],
};

/** The shop before the change. */
export const ROWS: readonly string[] = [
  "INSERT INTO customers VALUES (1, 'France', 'Nantes', 1, 'a'), (2, 'DE', 'Bremen', 2, 'b')",
  `INSERT INTO products (code, title, category, price, stock, color, size, released, made) VALUES
    ('A', 'Kestrel', 'Cars', 10.00, 3, 'red', '12', '2024-05-01', '2024-05-01'),
    ('B', 'Corvo', 'Cars', 20.00, 4, 'blue', '14', '2025-06-02', '2025-06-02'),
    ('C', 'Dunmore', 'Ships', 30.00, 5, NULL, '9', NULL, NULL)`,
  "INSERT INTO orders VALUES (1, 1, '2026-01-05'), (2, 2, '2026-02-06')",
  "INSERT INTO order_lines VALUES (1, 1, 'A', 1, 10.00), (2, 1, 'B', 2, 20.00)",
  "INSERT INTO ratings VALUES (1, 'A', 5), (2, 'B', 3)",
];

export const FORMAT_CHANGES: readonly FormatChange[] = [
  {
    name: "an item column is added",
    sql: both("ALTER TABLE products ADD COLUMN wheels int DEFAULT 4"),
    drift: [{ kind: "column_added", effect: "goes_on" }],
    features: { "items.wheels": "active number" },
    exported: { item_wheels: "double" },
    columns: [{ change: "added", before: null, after: "item_wheels" }],
  },
  {
    name: "a user column is added",
    sql: both("ALTER TABLE customers ADD COLUMN phone varchar(20)"),
    drift: [{ kind: "column_added", effect: "goes_on" }],
    features: { "users.phone": "proposed text" },
    exported: { user_phone: null },
    told: ["feature_proposed"],
    writesNothing: true,
  },
  {
    name: "a feature's column is dropped",
    sql: both("ALTER TABLE products DROP COLUMN size"),
    drift: [{ kind: "column_dropped", effect: "goes_on" }],
    features: { "items.size": "gone text" },
    exported: { item_size: null },
    columns: [{ change: "removed", before: "item_size", after: null }],
  },
  {
    name: "a configured user feature is dropped",
    sql: both("ALTER TABLE customers DROP COLUMN tier"),
    drift: [{ kind: "column_dropped", effect: "goes_on" }],
    features: { "users.tier": "gone number" },
    exported: { user_tier: null, user_city: "string" },
    columns: [{ change: "removed", before: "user_tier", after: null }],
  },
  {
    name: "a column that the configuration needs is dropped",
    sql: both("ALTER TABLE products DROP COLUMN stock"),
    drift: [{ kind: "column_dropped", effect: "pauses_entity" }],
    paused: ["items"],
    exported: { item_stock: null },
    told: ["entity_paused"],
    writesNothing: true,
  },
  {
    name: "a column is renamed, and the configuration says what it was",
    sql: both("ALTER TABLE products RENAME COLUMN color TO colour"),
    drift: [{ kind: "column_renamed", effect: "goes_on" }],
    features: { "items.colour": "active text" },
    exported: { item_colour: "string", item_color: null },
  },
  {
    name: "a column is renamed, and the configuration says nothing",
    sql: both("ALTER TABLE products RENAME COLUMN size TO fit"),
    drift: [
      { kind: "column_added", effect: "goes_on" },
      { kind: "column_dropped", effect: "goes_on" },
    ],
    features: { "items.fit": "active text", "items.size": "gone text" },
    exported: { item_fit: "string", item_size: null },
    columns: [
      { change: "added", before: null, after: "item_fit" },
      { change: "removed", before: "item_size", after: null },
    ],
  },
  {
    name: "a number becomes a text",
    sql: {
      mysql: ["ALTER TABLE customers MODIFY tier varchar(10)"],
      postgres: ["ALTER TABLE customers ALTER tier TYPE varchar(10)"],
    },
    drift: [{ kind: "column_retyped", effect: "goes_on" }],
    features: { "users.tier": "active text" },
    exported: { user_tier_string: "string", user_tier: null },
    columns: [{ change: "retyped", before: "user_tier", after: "user_tier_string" }],
  },
  {
    name: "a text becomes a number",
    sql: {
      mysql: ["ALTER TABLE products MODIFY size int"],
      postgres: ["ALTER TABLE products ALTER size TYPE int USING size::int"],
    },
    drift: [{ kind: "column_retyped", effect: "goes_on" }],
    features: { "items.size": "active number" },
    exported: { item_size_double: "double", item_size: null },
    columns: [{ change: "retyped", before: "item_size", after: "item_size_double" }],
  },
  {
    name: "a text becomes a date",
    sql: {
      mysql: ["ALTER TABLE products MODIFY released date"],
      postgres: ["ALTER TABLE products ALTER released TYPE date USING released::date"],
    },
    drift: [{ kind: "column_retyped", effect: "goes_on" }],
    features: { "items.released": "active date" },
    exported: { item_released: "string" },
    writesNothing: true,
  },
  {
    name: "a date becomes a text",
    sql: {
      mysql: ["ALTER TABLE products MODIFY made varchar(20)"],
      postgres: ["ALTER TABLE products ALTER made TYPE varchar(20)"],
    },
    drift: [{ kind: "column_retyped", effect: "goes_on" }],
    features: { "items.made": "active text" },
    exported: { item_made: "string" },
    writesNothing: true,
  },
  {
    name: "a price becomes a text, and one is no number",
    sql: {
      mysql: [
        "ALTER TABLE products MODIFY price varchar(20)",
        "UPDATE products SET price = 'on request' WHERE code = 'B'",
      ],
      postgres: [
        "ALTER TABLE products ALTER price TYPE varchar(20)",
        "UPDATE products SET price = 'on request' WHERE code = 'B'",
      ],
    },
    drift: [{ kind: "column_retyped", effect: "sets_rows_aside" }],
    setAside: { price_not_a_number: 1 },
    // `item_price` is what every shop has; the source's column of the same name comes under another.
    exported: { item_price: "double", item_price_string: "string", item_price_2: null },
    columns: [{ change: "retyped", before: "item_price_2", after: "item_price_string" }],
    told: ["rows_set_aside"],
  },
  {
    name: "a column is widened",
    sql: {
      mysql: ["ALTER TABLE products MODIFY title varchar(200)"],
      postgres: ["ALTER TABLE products ALTER title TYPE varchar(200)"],
    },
    drift: [{ kind: "column_widened", effect: "goes_on" }],
    features: { "items.title": "active text" },
    writesNothing: true,
  },
  {
    name: "a column is narrowed",
    sql: {
      mysql: ["ALTER TABLE products MODIFY title varchar(30)"],
      postgres: ["ALTER TABLE products ALTER title TYPE varchar(30)"],
    },
    drift: [{ kind: "column_narrowed", effect: "goes_on" }],
    writesNothing: true,
  },
  {
    name: "a column may be NULL, and is",
    sql: {
      mysql: [
        "ALTER TABLE products MODIFY weight int NULL DEFAULT 5",
        "UPDATE products SET weight = NULL WHERE code = 'A'",
      ],
      postgres: [
        "ALTER TABLE products ALTER weight DROP NOT NULL",
        "UPDATE products SET weight = NULL WHERE code = 'A'",
      ],
    },
    drift: [{ kind: "column_nullable", effect: "goes_on" }],
    features: { "items.weight": "active number" },
    exported: { item_weight: "double" },
  },
  {
    name: "a column may no longer be NULL",
    sql: {
      mysql: ["ALTER TABLE products MODIFY stock int NOT NULL"],
      postgres: ["ALTER TABLE products ALTER stock SET NOT NULL"],
    },
    drift: [{ kind: "column_not_null", effect: "goes_on" }],
    writesNothing: true,
  },
  {
    name: "a default changes",
    sql: both("ALTER TABLE products ALTER weight SET DEFAULT 6"),
    drift: [{ kind: "default_changed", effect: "goes_on" }],
    writesNothing: true,
  },
  {
    name: "an enum has one value more",
    sql: {
      mysql: ["ALTER TABLE products MODIFY grade enum('new','used','rare') DEFAULT 'new'"],
      postgres: ["ALTER TYPE grade ADD VALUE 'rare'"],
    },
    drift: [{ kind: "enum_changed", effect: "goes_on" }],
    features: { "items.grade": "active text" },
    writesNothing: true,
  },
  {
    name: "a column's character set or collation changes",
    sql: {
      mysql: ["ALTER TABLE products MODIFY title varchar(60) CHARACTER SET latin1"],
      postgres: [`ALTER TABLE products ALTER title TYPE varchar(60) COLLATE "C"`],
    },
    drift: [{ kind: "character_set_changed", effect: "goes_on" }],
    writesNothing: true,
  },
  {
    name: "a key's type changes",
    sql: {
      mysql: ["ALTER TABLE customers MODIFY id varchar(20)"],
      postgres: ["ALTER TABLE customers ALTER id TYPE varchar(20)"],
    },
    drift: [{ kind: "column_retyped", effect: "sets_rows_aside" }],
    writesNothing: true,
  },
  {
    name: "the primary key is another, and the configured one repeats",
    sql: {
      mysql: [
        "ALTER TABLE products DROP PRIMARY KEY, ADD PRIMARY KEY (code, category)",
        "INSERT INTO products (code, title, category, price, stock) VALUES ('A', 'Twin', 'Ships', 1.00, 1)",
      ],
      postgres: [
        "ALTER TABLE products DROP CONSTRAINT products_pkey, ADD PRIMARY KEY (code, category)",
        "INSERT INTO products (code, title, category, price, stock) VALUES ('A', 'Twin', 'Ships', 1.00, 1)",
      ],
    },
    drift: [
      { kind: "key_changed", effect: "sets_rows_aside" },
      { kind: "column_not_null", effect: "goes_on" },
    ],
    setAside: { key_repeated: 1 },
    told: ["rows_set_aside"],
  },
  {
    name: "the key's column is renamed",
    sql: both("ALTER TABLE products RENAME COLUMN code TO sku"),
    drift: [
      { kind: "column_added", effect: "goes_on" },
      { kind: "column_dropped", effect: "pauses_entity" },
      { kind: "key_changed", effect: "sets_rows_aside" },
    ],
    paused: ["items"],
    exported: { item_sku: "string" },
    columns: [{ change: "added", before: null, after: "item_sku" }],
    told: ["entity_paused"],
    writesNothing: true,
  },
  {
    name: "a table is renamed",
    sql: both("ALTER TABLE ratings RENAME TO grades"),
    drift: [{ kind: "table_missing", effect: "pauses_entity" }],
    paused: ["ratings"],
    told: ["entity_paused"],
    writesNothing: true,
  },
  {
    name: "the table of the order lines is dropped",
    sql: both("DROP TABLE order_lines"),
    drift: [{ kind: "table_missing", effect: "pauses_entity" }],
    paused: ["orders"],
    told: ["entity_paused"],
    writesNothing: true,
  },
];
