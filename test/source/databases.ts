import type { TestDatabase } from "../support/databases.ts";

/** A shop as a PostgreSQL team would make it today: uuids, cents, soft deletes, JSONB, categories in a table of links. */
const BOUTIQUE = [
  `CREATE TABLE accounts (id uuid PRIMARY KEY, email text NOT NULL UNIQUE, full_name text NOT NULL, phone text,
     born_on date, country_code char(2), city text, segment text, marketing_opt_in boolean NOT NULL,
     created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL, deleted_at timestamptz)`,
  `CREATE INDEX ON accounts (updated_at)`,
  `CREATE TABLE staff_members (id uuid PRIMARY KEY, email text NOT NULL, full_name text NOT NULL)`,
  `CREATE TABLE categories (id uuid PRIMARY KEY, parent_id uuid REFERENCES categories, name text NOT NULL)`,
  `CREATE TABLE products (id uuid PRIMARY KEY, sku text NOT NULL UNIQUE, title text NOT NULL, description text,
     brand text, color text, price_cents bigint NOT NULL, cost_cents bigint, currency char(3) NOT NULL,
     units_in_stock integer NOT NULL, is_hidden boolean NOT NULL DEFAULT false, image_url text, product_url text,
     attributes jsonb NOT NULL, specs jsonb, search tsvector, updated_at timestamptz NOT NULL, deleted_at timestamptz)`,
  `CREATE INDEX ON products (updated_at)`,
  `CREATE TABLE product_categories (product_id uuid NOT NULL REFERENCES products,
     category_id uuid NOT NULL REFERENCES categories, PRIMARY KEY (product_id, category_id))`,
  `CREATE TYPE order_state AS ENUM ('pending', 'paid', 'shipped', 'cancelled', 'partially_refunded', 'refunded')`,
  `CREATE TABLE orders (id uuid PRIMARY KEY, account_id uuid NOT NULL REFERENCES accounts,
     packed_by uuid REFERENCES staff_members, status order_state NOT NULL, total_cents bigint NOT NULL,
     placed_at timestamptz NOT NULL, updated_at timestamptz NOT NULL)`,
  `CREATE TABLE order_items (id uuid PRIMARY KEY, order_id uuid NOT NULL REFERENCES orders,
     product_id uuid NOT NULL REFERENCES products, quantity integer NOT NULL, unit_price_cents bigint NOT NULL)`,
  `CREATE TABLE carts (id uuid PRIMARY KEY, account_id uuid REFERENCES accounts, created_at timestamptz NOT NULL)`,
  `CREATE TABLE cart_items (cart_id uuid REFERENCES carts, product_id uuid REFERENCES products, quantity integer,
     PRIMARY KEY (cart_id, product_id))`,
  `CREATE TABLE reviews (id uuid PRIMARY KEY, account_id uuid NOT NULL REFERENCES accounts,
     product_id uuid NOT NULL REFERENCES products, stars smallint NOT NULL, body text, created_at timestamptz NOT NULL)`,
  `INSERT INTO accounts VALUES ('00000000-0000-4000-8000-000000000001', 'secret.person@example.com', 'Secret Person',
     '+41 000', '1990-01-01', 'CH', 'Bern', 'new', true, now(), now(), NULL)`,
  `INSERT INTO categories VALUES ('00000000-0000-4000-8000-0000000000c1', NULL, 'Lamps')`,
  `INSERT INTO products VALUES ('00000000-0000-4000-8000-0000000000a1', 'L-1', 'Desk lamp', NULL, 'Lumen', 'black', 4990,
     2000, 'CHF', 7, false, 'https://shop.example/1.jpg', 'https://shop.example/p/1', '{"watts": 5}', '["a", "b"]', NULL,
     now(), NULL)`,
  `INSERT INTO product_categories VALUES ('00000000-0000-4000-8000-0000000000a1', '00000000-0000-4000-8000-0000000000c1')`,
  `INSERT INTO orders VALUES ('00000000-0000-4000-8000-0000000000b1', '00000000-0000-4000-8000-000000000001', NULL,
     'paid', 4990, now(), now())`,
  `INSERT INTO order_items VALUES ('00000000-0000-4000-8000-0000000000d1', '00000000-0000-4000-8000-0000000000b1',
     '00000000-0000-4000-8000-0000000000a1', 1, 4990)`,
  `INSERT INTO reviews VALUES ('00000000-0000-4000-8000-0000000000e1', '00000000-0000-4000-8000-000000000001',
     '00000000-0000-4000-8000-0000000000a1', 4, 'Bright', now())`,
];

/** A shop with what only MySQL and MariaDB have, and a status that is a key. */
const BAZAAR = [
  `CREATE TABLE users (id int PRIMARY KEY AUTO_INCREMENT, login varchar(40) NOT NULL, passwd varchar(60) NOT NULL,
     country varchar(40))`,
  `CREATE TABLE items (id int PRIMARY KEY AUTO_INCREMENT, name varchar(80) NOT NULL, type varchar(20) NOT NULL,
     price int NOT NULL, qty int NOT NULL, active tinyint(1) NOT NULL, specs json, picture varchar(200),
     changed timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, KEY (changed))`,
  `CREATE TABLE order_status (id tinyint PRIMARY KEY, name varchar(20) NOT NULL)`,
  `CREATE TABLE sales (id int PRIMARY KEY AUTO_INCREMENT, user_id int NOT NULL, status_id tinyint NOT NULL,
     sold_at datetime NOT NULL, kind enum('web','shop') NOT NULL)`,
  `CREATE TABLE sale_items (sale_id int NOT NULL, item_id int NOT NULL, qty int NOT NULL, price int NOT NULL,
     PRIMARY KEY (sale_id, item_id))`,
  `INSERT INTO users VALUES (1, 'secret.person', 'x', 'Chile')`,
  `INSERT INTO items (id, name, type, price, qty, active, specs, picture) VALUES
     (1, 'Kettle', 'kitchen', 30, 4, 1, '{"litres": 1.7}', 'kettle.jpg'), (2, 'Pan', 'kitchen', 20, 0, 1, NULL, 'pan.jpg')`,
  `INSERT INTO order_status VALUES (1, 'open'), (2, 'sent'), (3, 'Cancelled')`,
  `INSERT INTO sales VALUES (1, 1, 2, '2026-01-05 10:00:00', 'web')`,
  `INSERT INTO sale_items VALUES (1, 1, 1, 30)`,
];

/** A shop whose rows are orders of one line each, and whose categories stand behind a key; in either dialect. */
const KIOSK = [
  `CREATE TABLE clients (id int PRIMARY KEY, email varchar(80), city varchar(40))`,
  `CREATE TABLE departments (id int PRIMARY KEY, title varchar(40) NOT NULL)`,
  `CREATE TABLE articles (id int PRIMARY KEY, name varchar(80) NOT NULL, department_id int NOT NULL,
     list_price decimal(8,2) NOT NULL)`,
  `CREATE TABLE purchases (id int PRIMARY KEY, client_id int NOT NULL, article_id int NOT NULL,
     purchased_at timestamp NOT NULL, quantity int NOT NULL, price decimal(8,2) NOT NULL)`,
  `INSERT INTO clients VALUES (1, 'secret.person@example.com', 'Lima')`,
  `INSERT INTO departments VALUES (1, 'Herbs')`,
  `INSERT INTO articles VALUES (1, 'Salt', 1, 2.50), (2, 'Sage', 1, 3.00)`,
  `INSERT INTO purchases VALUES (1, 1, 2, '2026-02-03 12:00:00', 2, 3.00)`,
];

/** Names that only their makers can read, in either dialect. */
const LEDGER = [
  `CREATE TABLE kna1 (kunnr varchar(10) PRIMARY KEY, name1 varchar(40), land1 varchar(3), ort01 varchar(40))`,
  `CREATE TABLE mara (matnr varchar(18) PRIMARY KEY, mtart varchar(4), matkl varchar(9), ersda date)`,
  `CREATE TABLE vbak (vbeln varchar(10) PRIMARY KEY, kunnr varchar(10), erdat date, netwr decimal(15,2))`,
  `CREATE TABLE vbap (vbeln varchar(10), posnr varchar(6), matnr varchar(18), kwmeng decimal(15,3), PRIMARY KEY (vbeln, posnr))`,
];

/** No shop, in either dialect. */
const WEATHER = [
  `CREATE TABLE stations (station_id int PRIMARY KEY, latitude decimal(8,5), longitude decimal(8,5))`,
  `CREATE TABLE readings (station_id int, measured timestamp, temperature decimal(4,1), PRIMARY KEY (station_id, measured))`,
];

const SCRIPTS = { BOUTIQUE, BAZAAR, KIOSK, LEDGER, WEATHER } as const;

/** Fills a database with one of the shops, or what is none. */
export async function fill(database: TestDatabase, name: keyof typeof SCRIPTS): Promise<TestDatabase> {
  for (const statement of SCRIPTS[name]) await database.run(statement);
  return database;
}
