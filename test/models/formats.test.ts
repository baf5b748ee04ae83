import { afterAll, beforeAll, expect, it } from "vitest";

import { ITEM_EMBEDDINGS_FILE, USER_EMBEDDINGS_FILE } from "../../domain/models/manifest.ts";
import { eventually, startRuntime, type TestRuntime } from "../support/runtime.ts";
import { embeddingsCsv, publish, putCompleteRun, putFile, putItems } from "./shop.ts";

// The two files of embeddings alone, on the real Worker: who is in them, and who is not.
let runtime: TestRuntime;
const ITEMS = { train: [1, 0], kite: [0, 1], boat: [-1, 0] };

/** Users of Nantes are shipped near trains, those of Lyon near kites, those of Reno near boats. */
const USERS = [
  ...["n1", "n2", "n3"].map((id) => ({ id, country: "FR", city: "Nantes", near: [1, 0] })),
  ...["l1", "l2", "l3"].map((id) => ({ id, country: "FR", city: "Lyon", near: [0, 1] })),
  ...["r1", "r2"].map((id) => ({ id, country: "US", city: "Reno", near: [-1, 0] })),
];

beforeAll(async () => {
  runtime = await startRuntime({ main: "test/models/indexing-worker.ts" });
  await putItems(
    runtime,
    Object.keys(ITEMS).map((itemId) => ({ itemId, category: itemId })),
  );
  await runtime.env.DB.prepare(
    `INSERT INTO users (user_id, country, features, row_hash, changed_run)
     SELECT value ->> 0, value ->> 1, value ->> 2, '', 1 FROM json_each(?)`,
  )
    .bind(JSON.stringify(USERS.map(({ id, country, city }) => [id, country, JSON.stringify({ city })])))
    .run();
  await putCompleteRun(runtime, 1);
  await runtime.call("/v1/catalogue?through=1");
  await putFile(runtime, "by-id", ITEM_EMBEDDINGS_FILE, embeddingsCsv(ITEMS));
  await putFile(
    runtime,
    "by-id",
    USER_EMBEDDINGS_FILE,
    embeddingsCsv(Object.fromEntries(USERS.map(({ id, near }) => [id, near]))),
  );
  expect(await publish(runtime, "by-id")).toMatchObject({ state: "indexed", problems: [] });
  await runtime.call("/v1/models/by-id/activate", { method: "POST" });
});
afterAll(() => runtime.close());

/** What stands first on the profile shelf. */
async function firstFor(query: Record<string, string>): Promise<string> {
  return eventually(async () => {
    const { body } = await runtime.call(
      `/v1/recommendations?${new URLSearchParams({ placement: "home", ...query }).toString()}`,
    );
    if (body.model_version !== "by-id") return null;
    const shelf = body.shelves.find(({ strategy }: { strategy: string }) => strategy === "profile");
    return shelf?.items[0]?.item_id;
  });
}

it.each([
  ["a user whom the files know", { user_id: "n1" }, "train"],
  ["an unknown user from a known city", { user_id: "new", features: '{"city":"Lyon","country":"France"}' }, "kite"],
  [
    "features of the request, which win over what is stored",
    { user_id: "n2", features: '{"city":"Lyon","country":"France"}' },
    "kite",
  ],
  ["another city of the same country", { user_id: "new", features: '{"city":"Nantes","country":"France"}' }, "train"],
  ["a visitor of whom the country is known", { country: "US" }, "boat"],
])("the profile shelf of %s begins with what is near them", async (_, query, item) => {
  expect(await firstFor(query as Record<string, string>)).toBe(item);
});
