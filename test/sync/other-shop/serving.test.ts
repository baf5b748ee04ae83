import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { postgresServer, type TestDatabase, type TestServer } from "../../support/databases.ts";
import { eventually, startRuntime, type TestRuntime } from "../../support/runtime.ts";
import { changeBook, key, openBookshop } from "./bookshop.ts";

interface ShownItem {
  readonly item_id: string;
  readonly item: Readonly<Record<string, unknown>>;
}
interface ShownShelf {
  readonly items: readonly ShownItem[];
}

/** An isolate looks for a new snapshot every few seconds. */
const SERVED_TIMEOUT_MILLISECONDS = 25_000;

// The whole way, by configuration alone: POST /v1/sync, the Workflow, the snapshot, an answer without a model.
describe("a bookshop in PostgreSQL, served", () => {
  let server: TestServer | null;
  let database: TestDatabase;
  let runtime: TestRuntime;

  beforeAll(async () => {
    server = await postgresServer();
    if (server === null) return;
    database = await server.createDatabase();
    await openBookshop(database);
    runtime = await startRuntime({ replica: database.url, shop: "./test/sync/other-shop/shop-config.ts" });
  });
  afterAll(async () => {
    await runtime?.close();
    await server?.stop();
  });

  async function sync(): Promise<void> {
    const { status, body } = await runtime.call("/v1/sync", { method: "POST" });
    expect(status).toBe(202);
    const ended = await eventually(async () => {
      const answer = await runtime.call(`/v1/sync/${body.run_id}`);
      return ["queued", "running"].includes(answer.body.state) ? null : answer.body;
    });
    expect(ended).toMatchObject({ state: "complete", error: null });
  }

  async function shelves(): Promise<ShownShelf[]> {
    const { status, body } = await runtime.call("/v1/recommendations", { body: { placement: "home", limit: 20 } });
    expect(status).toBe(200);
    return body.shelves;
  }

  async function shown(): Promise<Map<string, ShownItem["item"]>> {
    const items = (await shelves()).flatMap((shelf) => shelf.items);
    return new Map(items.map(({ item_id, item }) => [item_id, item]));
  }

  /** What is shown once an isolate has found the newest snapshot. */
  function eventuallyShown(books: readonly number[]): Promise<ReadonlyMap<string, ShownItem["item"]>> {
    const wanted = books.map(key.book).toSorted().join();
    return eventually(async () => {
      const items = await shown();
      return [...items.keys()].toSorted().join() === wanted ? items : null;
    }, SERVED_TIMEOUT_MILLISECONDS);
  }

  it("shows each book as the bookshop calls it, and neither hidden nor deleted ones", async (test) => {
    if (server === null) return test.skip();
    await sync();
    const items = await eventuallyShown([1, 2, 3, 6]);
    expect(items.get(key.book(1))).toEqual({
      name: "The Salt Road",
      price: 12.9,
      currency: "EUR",
      category: "Adventure",
      image: "https://covers.example/9780000000011.jpg",
      url: "/books/the-salt-road",
      binding: "paperback",
      series: "Coasts",
    });
    expect(items.get(key.book(6))).toMatchObject({
      image: "https://covers.example/0198534531.jpg",
      category: "Travel",
    });
    return undefined;
  });

  it("ranks by the purchases that count: neither cancelled nor refunded ones", async (test) => {
    if (server === null) return test.skip();
    const [first] = await shelves();
    expect(first?.items.slice(0, 2).map(({ item_id }) => item_id)).toEqual([key.book(1), key.book(2)]);
    return undefined;
  });

  it(
    "no longer shows a book that was deleted or hidden, and shows one again that came back",
    { timeout: 90_000 },
    async (test) => {
      if (server === null) return test.skip();
      await changeBook(database, 2, "deleted_at = now()");
      await changeBook(database, 3, "unlisted = true");
      await changeBook(database, 4, "unlisted = false");
      await sync();
      await eventuallyShown([1, 4, 6]);

      await changeBook(database, 2, "deleted_at = NULL");
      await changeBook(database, 5, "deleted_at = NULL, on_hand = 2");
      await sync();
      const items = await eventuallyShown([1, 2, 4, 5, 6]);
      expect(items.get(key.book(5))).toMatchObject({ name: "Atlas of Drowned Lands", price: 89, category: "Travel" });
      return undefined;
    },
  );

  it("shows a genre's new name although no book was touched", { timeout: 60_000 }, async (test) => {
    if (server === null) return test.skip();
    await database.run(`UPDATE catalogue.genres SET name = 'Journeys' WHERE id = '${key.genre(1)}'`);
    await sync();
    const categories = await eventually(async () => {
      const items = await shown();
      return items.get(key.book(6))?.["category"] === "Journeys" ? items : null;
    }, SERVED_TIMEOUT_MILLISECONDS);
    // Of several genres the first by name counts: book 1 still has Adventure.
    expect(categories.get(key.book(1))?.["category"]).toBe("Adventure");
    expect(categories.get(key.book(5))?.["category"]).toBe("Journeys");
    return undefined;
  });
});
