import type { TestDatabase } from "../../support/databases.ts";

function id(kind: string, n: number): string {
  return `${kind}0000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
}

/** Keys of the bookshop's rows by number. */
export const key = {
  reader: (n: number): string => id("a", n),
  book: (n: number): string => id("b", n),
  genre: (n: number): string => id("c", n),
  purchase: (n: number): string => id("d", n),
};

/** What must never be found in D1. */
export const SECRETS: readonly string[] = [
  "ines@post.example",
  "tom@post.example",
  "mara@post.example",
  "1961-04-23",
  "1988-11-02",
  "2001-07-30",
];

const SCHEMAS = ["catalogue", "sales"];

const TABLES = [
  `CREATE TABLE readers (id uuid PRIMARY KEY, email text NOT NULL, birthday date, country text, newsletter text,
    updated_at timestamptz NOT NULL, deleted_at timestamptz)`,
  `CREATE TABLE catalogue.books (id uuid PRIMARY KEY, title text NOT NULL, slug text, isbn char(13), series text,
    price_cents int NOT NULL, cost_cents int, on_hand int, unlisted boolean NOT NULL DEFAULT false,
    details jsonb NOT NULL DEFAULT '{}', updated_at timestamptz NOT NULL, deleted_at timestamptz)`,
  "CREATE TABLE catalogue.genres (id uuid PRIMARY KEY, name text NOT NULL)",
  "CREATE TABLE catalogue.book_genres (book_id uuid, genre_id uuid, PRIMARY KEY (book_id, genre_id))",
  `CREATE TABLE sales.purchases (id uuid PRIMARY KEY, reader_id uuid, placed_at timestamptz NOT NULL,
    status char(12) NOT NULL, updated_at timestamptz NOT NULL)`,
  `CREATE TABLE sales.purchase_lines (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), purchase_id uuid, book_id uuid,
    copies int NOT NULL, unit_cents int NOT NULL)`,
  `CREATE TABLE reviews (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), reader_id uuid NOT NULL, book_id uuid NOT NULL,
    stars smallint NOT NULL, written_at timestamptz)`,
];

/** An old ISBN does not fill its column. Book 4 is hidden, and book 5 is deleted before anybody has ever seen it. */
const BOOKS = [
  `'${key.book(1)}', 'The Salt Road', 'the-salt-road', '9780000000011', 'Coasts', 1290, 610, 7, false,
    '{"binding": "paperback", "pages": 320, "signed": true, "author": {"name": "Ivo Brandt", "born": 1961},
      "topics": ["sea", "trade"], "ships.from": "Gent", "colour \\"of\\" cover": "grün"}', '2026-01-05 10:00:00.123456+02', NULL`,
  `'${key.book(2)}', 'Lantern Keepers', 'lantern-keepers', '9780000000028', NULL, 2450, 990, 3, false,
    '{"binding": "hardcover", "pages": 512, "signed": false}', '2026-02-01 10:00:00+00', NULL`,
  `'${key.book(3)}', 'A Field Guide to Gulls', 'field-guide-to-gulls', '9780000000035', NULL, 1899, NULL, NULL, false,
    '{"binding": "paperback", "pages": null}', '2026-03-01 10:00:00+00', NULL`,
  `'${key.book(4)}', 'Night Ferry', 'night-ferry', '9780000000042', NULL, 999, 400, 12, true,
    '{}', '2026-04-01 10:00:00+00', NULL`,
  `'${key.book(5)}', 'Atlas of Drowned Lands', 'drowned-lands', '9780000000059', NULL, 8900, 4000, 0, false,
    '{"binding": "hardcover"}', '2026-05-01 10:00:00+00', '2026-05-01 10:00:00+00'`,
  `'${key.book(6)}', 'Quiet Harbours', 'quiet-harbours', '0198534531', 'Coasts', 1500, 700, 4, false,
    '{"binding": "paperback", "pages": 96}', '2026-06-01 10:00:00+00', NULL`,
];

const READERS = [
  `'${key.reader(1)}', 'ines@post.example', '1961-04-23', 'Belgium', 'weekly', '2026-01-02 08:00+00', NULL`,
  `'${key.reader(2)}', 'tom@post.example', '1988-11-02', 'IE', NULL, '2026-01-03 08:00+00', NULL`,
  `'${key.reader(3)}', 'mara@post.example', '2001-07-30', 'Portugal', 'monthly', '2026-01-04 08:00+00', '2026-01-04 08:00+00'`,
];

const GENRES = [
  `'${key.genre(1)}', 'Travel'`,
  `'${key.genre(2)}', 'Adventure'`,
  `'${key.genre(3)}', 'Natural history'`,
  `'${key.genre(4)}', 'Crime'`,
];

const BOOK_GENRES: readonly [book: number, genre: number][] = [
  [1, 1],
  [1, 2],
  [2, 4],
  [3, 3],
  [4, 4],
  [5, 1],
  [6, 1],
];

const PURCHASES: readonly [n: number, reader: number, at: string, status: string, books: readonly number[]][] = [
  [1, 1, "2026-10-01 09:30:00+02", "shipped", [1, 2]],
  [2, 2, "2026-10-02 11:00:00+00", "shipped", [1, 5]],
  [3, 2, "2026-10-03 11:00:00+00", "cancelled", [6, 3]],
  [4, 1, "2026-10-04 11:00:00+00", "refunded", [6, 3]],
  [5, 3, "2026-10-05 11:00:00+00", "paid", [1, 2]],
];

const REVIEWS: readonly [reader: number, book: number, stars: number][] = [
  [1, 1, 5],
  [2, 1, 4],
  [3, 2, 2],
];

const rows = (values: readonly string[]): string => values.map((value) => `(${value})`).join(", ");

function fillStatements(): string[] {
  const lines = PURCHASES.flatMap(([n, , , , books]) =>
    books.map((book, place) => `'${key.purchase(n)}', '${key.book(book)}', ${place + 1}, 1250`),
  );
  const purchases = PURCHASES.map(
    ([n, reader, at, status]) => `'${key.purchase(n)}', '${key.reader(reader)}', '${at}', '${status}', '${at}'`,
  );
  const links = BOOK_GENRES.map(([book, genre]) => `'${key.book(book)}', '${key.genre(genre)}'`);
  const reviews = REVIEWS.map(
    ([reader, book, stars]) => `'${key.reader(reader)}', '${key.book(book)}', ${stars}, '2026-10-20 12:00+00'`,
  );
  return [
    `INSERT INTO readers VALUES ${rows(READERS)}`,
    `INSERT INTO catalogue.books VALUES ${rows(BOOKS)}`,
    `INSERT INTO catalogue.genres VALUES ${rows(GENRES)}`,
    `INSERT INTO catalogue.book_genres VALUES ${rows(links)}`,
    `INSERT INTO sales.purchases VALUES ${rows(purchases)}`,
    `INSERT INTO sales.purchase_lines (purchase_id, book_id, copies, unit_cents) VALUES ${rows(lines)}`,
    `INSERT INTO reviews (reader_id, book_id, stars, written_at) VALUES ${rows(reviews)}`,
  ];
}

/** Creates the bookshop anew: 3 readers, 6 books, 5 purchases, 3 reviews. */
export async function openBookshop(database: TestDatabase): Promise<void> {
  for (const schema of SCHEMAS) {
    await database.run(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
    await database.run(`CREATE SCHEMA ${schema}`);
  }
  await database.run("DROP TABLE IF EXISTS readers, reviews");
  for (const statement of [...TABLES, ...fillStatements()]) await database.run(statement);
}

/** Changes a book as the shop's own software does: its `updated_at` moves along. */
export function changeBook(database: TestDatabase, book: number, assignments: string): Promise<void> {
  return database.run(`UPDATE catalogue.books SET ${assignments}, updated_at = now() WHERE id = '${key.book(book)}'`);
}
