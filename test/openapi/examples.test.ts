import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { Operation, RequestExample } from "../../workers/api/openapi/operation.ts";
import { OPERATIONS } from "../../workers/api/openapi/resources.ts";
import { eventually, TEST_KEYS, type TestRuntime } from "../support/runtime.ts";
import { EXAMPLE_RUN_ID, startFullShop } from "./full-shop.ts";

const EXPORT_WITHIN_MILLISECONDS = 60_000;
const HOUR_MILLISECONDS = 3_600_000;

let runtime: TestRuntime;
/** Ids that only answers give, by the call that gave them. */
const given = new Map<string, string>();
beforeAll(async () => {
  runtime = await startFullShop();
});
afterAll(() => runtime.close());

async function newest(list: string, member: string): Promise<string> {
  const { body } = await runtime.call(list);
  return String(body.data[0][member]);
}

async function completeExport(): Promise<string> {
  const id = given.get("createExport") ?? "";
  const ended = await eventually(async () => {
    const { body } = await runtime.call(`/v1/exports/${id}`);
    return body.state === "running" ? null : body;
  }, EXPORT_WITHIN_MILLISECONDS);
  expect(ended.state, ended.error).toBe("complete");
  return id;
}

/** What an example cannot know: ids that the runtime makes, the present time, keys. Everything else is sent as it is. */
const INSTEAD: Readonly<Record<string, () => RequestExample | Promise<RequestExample>>> = {
  getSyncRun: () => ({ path: { run_id: EXAMPLE_RUN_ID } }),
  getSpikeSeries: async () => ({ path: { id: await newest("/v1/analytics/spikes", "id") } }),
  listQuarantineRecords: async () => ({ path: { key: await newest("/v1/quarantine", "key") } }),
  getDeadLetter: async () => ({ path: { key: await newest("/v1/dead-letters", "key") } }),
  getExport: async () => ({ path: { id: await completeExport() } }),
  getExportManifest: async () => ({ path: { id: await completeExport() } }),
  getExportFile: async () => ({
    path: { id: await completeExport(), table: "training", file: "part-00000.parquet" },
  }),
  getCompaction: () => ({ path: { id: given.get("startCompaction") ?? "" } }),
  withdrawAnnouncement: () => ({ path: { id: given.get("announce") ?? "" } }),
  announce: () => {
    const [starts_at, ends_at] = [1, 2].map((hours) => new Date(Date.now() + hours * HOUR_MILLISECONDS).toISOString());
    return {
      body: { kind: "change", tables: ["products"], starts_at, ends_at, note: "products gets a column colour" },
    };
  },
  signIn: () => ({ body: { key: TEST_KEYS.secret } }),
};

async function send({ method, path, id, example }: Operation) {
  const { path: values = {}, query = {}, body } = { ...example, ...(await INSTEAD[id]?.()) };
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ""));
  const search = new URLSearchParams(query).toString();
  const answer = await runtime.call(`${filled}${search === "" ? "" : `?${search}`}`, {
    method: method.toUpperCase(),
    ...(body === undefined ? {} : { body }),
  });
  const made = answer.body?.id ?? answer.body?.run_id;
  if (made !== undefined) given.set(id, String(made));
  return answer;
}

describe("every example of the document works on the real runtime", () => {
  it.each(OPERATIONS.map((operation) => [operation.id, operation] as const))(
    "%s answers as the document says, and no more",
    async (_, operation) => {
      const [documented] = operation.answers;
      const { status, body } = await send(operation);
      expect(status, JSON.stringify(body)).toBe(documented.status);
      if (documented.schema === null) return;
      expect(documented.schema.safeParse(body).error?.issues ?? [], JSON.stringify(body)).toEqual([]);
      // A list without rows would say nothing about them.
      if (Array.isArray(body.data)) expect(body.data.length, JSON.stringify(body)).toBeGreaterThan(0);
    },
    EXPORT_WITHIN_MILLISECONDS,
  );
});
