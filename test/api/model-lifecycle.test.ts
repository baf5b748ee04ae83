import { setTimeout as sleep } from "node:timers/promises";

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { type Control, CONTROL_OBJECT_KEY, controlSchema } from "../../domain/control/control.ts";
import { vectorId } from "../../domain/models/vector-id.ts";
import { readModel, updateModel } from "../../platform/d1/models.ts";
import { addTurnedModel, holdSyncs, noteIndexed } from "../models/second-model.ts";
import { putItems } from "../models/shop.ts";
import { eventually, startRuntime, TEST_KEYS, type TestRuntime } from "../support/runtime.ts";
import { openTestShop, shopItem, TEST_SHOP } from "../support/shop.ts";

let runtime: TestRuntime;
let analyst: string;
beforeAll(async () => {
  runtime = await startRuntime();
  analyst = await runtime.addKey(["analytics:read"]);
  await openTestShop(runtime);
  await holdSyncs(runtime);
  await noteIndexed(runtime, TEST_SHOP.model);
  for (const [turn, version] of ["b", "c.1", "d"].entries()) await addTurnedModel(runtime, version, turn + 1);
  // What a withdrawal deletes follows from the items in D1.
  await putItems(runtime, [{ itemId: shopItem(0), category: "Cars" }]);
});
afterAll(() => runtime.close());

async function control(): Promise<Control> {
  return controlSchema.parse(await (await runtime.env.RUNTIME.get(CONTROL_OBJECT_KEY))?.json());
}

async function setModel(model: Control["model"]): Promise<void> {
  await runtime.env.RUNTIME.put(CONTROL_OBJECT_KEY, JSON.stringify({ ...(await control()), model }));
}

beforeEach(() => setModel({ active: TEST_SHOP.model, previous: null }));

const post = (path: string, body?: unknown) =>
  runtime.call(`/v1/models/${path}`, { method: "POST", ...(body === undefined ? {} : { body }) });
const stateOf = async (version: string): Promise<string> => (await runtime.call(`/v1/models/${version}`)).body.state;

describe("a shadow", () => {
  it("ranks a tenth of the requests unless another share is said, and one version is it at a time", async () => {
    expect(await post("b/shadow", {})).toMatchObject({ status: 200, body: { state: "shadow", shadow_share: 0.1 } });
    expect((await control()).model.shadow).toEqual({ version: "b", share: 0.1 });
    expect(await post("c.1/shadow", { share: 1 })).toMatchObject({ status: 200, body: { shadow_share: 1 } });
    expect((await control()).model.shadow).toEqual({ version: "c.1", share: 1 });
    expect(await stateOf("b")).toBe("indexed");
  });

  it("ends when it is ended, and ending none is no mistake", async () => {
    await post("b/shadow", { share: 0.5 });
    const end = () => runtime.call("/v1/models/shadow", { method: "DELETE" });
    expect(await end()).toMatchObject({ status: 200, body: { ended: "b" } });
    expect((await control()).model).toEqual({ active: TEST_SHOP.model, previous: null });
    expect(await end()).toMatchObject({ status: 200, body: { ended: null } });
    expect((await readModel(runtime.env.DB, "b"))?.state).toBe("indexed");
  });

  it("ends when it becomes the active one", async () => {
    await post("b/shadow", {});
    await post("b/activate");
    expect((await control()).model).toEqual({ active: "b", previous: TEST_SHOP.model });
  });

  it.each([
    ["the active version", `${TEST_SHOP.model}/shadow`, { share: 0.1 }, 409, /is the active one/],
    ["no share", "b/shadow", { share: 0 }, 400, /share/],
    ["more than all", "b/shadow", { share: 1.1 }, 400, /share/],
    ["a share of no number", "b/shadow", { share: "half" }, 400, /share/],
    ["an unknown field", "b/shadow", { part: 0.1 }, 400, /part/],
    ["an unknown version", "absent/shadow", {}, 404, /no model version/],
  ])("cannot be %s", async (_, path, body, status, message) => {
    const answer = await post(path, body);
    expect(answer.status).toBe(status);
    expect(answer.body.error.message).toMatch(message);
  });

  it("needs a model to be compared with", async () => {
    await setModel({ active: null, previous: null });
    expect(await post("b/shadow", {})).toMatchObject({ status: 409, body: { error: { code: "conflict" } } });
  });

  it("has figures that analysts may see, and shoppers may not", async () => {
    const path = "/v1/models/b/shadow";
    expect(await runtime.call(path, { key: analyst })).toMatchObject({
      status: 200,
      body: { version: "b", share: null, comparisons: [] },
    });
    expect((await runtime.call(path, { key: TEST_KEYS.publishable })).status).toBe(403);
    expect((await runtime.call("/v1/models/absent/shadow", { key: analyst })).status).toBe(404);
    expect((await runtime.call("/v1/models/shadow", { method: "DELETE", key: analyst })).status).toBe(403);
  });
});

describe("retiring", () => {
  beforeEach(async () => {
    for (const version of ["b", "c.1"]) await updateModel(runtime.env.DB, version, { state: "indexed" });
  });

  it("is refused for the active version, with what to do", async () => {
    const { status, body } = await post(`${TEST_SHOP.model}/retire`);
    expect([status, body.error.code]).toEqual([409, "conflict"]);
    expect(body.error.message).toMatch(/Activate another first/);
  });

  it("is refused while a version is being published", async () => {
    await updateModel(runtime.env.DB, "b", { state: "validated" });
    expect((await post("b/retire")).status).toBe(409);
  });

  it("of the previous version closes the way back", async () => {
    await setModel({ active: TEST_SHOP.model, previous: "d" });
    expect(await post("d/retire")).toMatchObject({
      status: 200,
      body: { state: "retired", previous: false, retired_at: expect.any(String) },
    });
    expect((await control()).model).toEqual({ active: TEST_SHOP.model, previous: null });
    expect((await post("rollback")).status).toBe(409);
  });

  it("of a shadow ends it, and a retired version can be neither activated nor a shadow", async () => {
    await post("c.1/shadow", {});
    expect(await post("c.1/retire")).toMatchObject({ status: 200, body: { state: "retired", shadow_share: null } });
    expect((await control()).model.shadow).toBeUndefined();
    for (const [path, body] of [["c.1/activate"], ["c.1/shadow", {}]] as const) {
      const answer = await post(path, body);
      expect(answer.status).toBe(409);
      expect(answer.body.error.message).toMatch(/is retired .* Publish it again first/);
    }
  });
});

// Each of them waits for long, and neither for the other.
describe("meanwhile", () => {
  it.concurrent("retiring twice is once, and the name is kept for its files until its vectors are gone", async () => {
    await updateModel(runtime.env.DB, "c.1", { state: "indexed" });
    const first = await post("c.1/retire");
    const second = await post("c.1/retire");
    expect(second.body.retired_at).toBe(first.body.retired_at);
    const again = await runtime.call("/v1/models", { body: { version: "c.1" } });
    expect(again.status).toBe(409);
    expect(again.body.error.message).toMatch(/are being deleted/);
    // By the workflow, once no isolate can have an older control.json.
    const vectors = () => runtime.env.VECTOR_INDEX.getByIds([vectorId("c.1", shopItem(0))]);
    expect(await vectors()).toHaveLength(1);
    await eventually(async () => (await vectors()).length === 0, 40_000);
    const published = await eventually(async () => {
      const answer = await runtime.call("/v1/models", { body: { version: "c.1" } });
      return answer.status === 202 && answer.body;
    });
    expect(published).toMatchObject({ version: "c.1", retired_at: null });
  }, 60_000);

  it.concurrent("switching to a version without embeddings for the present snapshot does not happen, and says so", async () => {
    // No item can be embedded by it: the workflow that is asked for its parts fails.
    await addTurnedModel(runtime, "bare", 3, { parts: false });
    const { status, body } = await post("bare/activate");
    expect([status, body.error.code]).toEqual([503, "temporarily_unavailable"]);
    expect((await control()).model.active).toBe(TEST_SHOP.model);
    expect(await stateOf("bare")).toBe("indexed");
  }, 60_000);
});

describe("switching", () => {
  beforeEach(() => updateModel(runtime.env.DB, "b", { state: "indexed" }));

  it("of several callers at once leaves the states as control.json has them", async () => {
    const versions = [TEST_SHOP.model, "b"];
    for (let round = 0; round < 5; round++) {
      const answers = await Promise.all([...versions, ...versions].map((version) => post(`${version}/activate`)));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
      const { active } = (await control()).model;
      for (const version of versions) {
        const noted = (await readModel(runtime.env.DB, version))?.state;
        expect(noted).toBe(version === active ? "active" : "indexed");
      }
    }
  });

  it("back happens all the same: whoever goes back has a reason", async () => {
    await setModel({ active: TEST_SHOP.model, previous: "bare" });
    expect(await post("rollback")).toMatchObject({ status: 200, body: { version: "bare", state: "active" } });
  }, 60_000);

  it("waits until the embeddings are there", async () => {
    await addTurnedModel(runtime, "slow", 3, { parts: false });
    const switching = post("slow/activate");
    await sleep(1_000);
    await addTurnedModel(runtime, "slow", 3);
    expect(await switching).toMatchObject({ status: 200, body: { version: "slow", state: "active" } });
  }, 60_000);
});
