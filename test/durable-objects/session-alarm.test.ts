import { afterAll, beforeAll, expect, it } from "vitest";

import { eventually, startRuntime, type TestRuntime } from "../support/runtime.ts";
import { interaction } from "./ledger-world.ts";
import type { Command } from "./session-worker.ts";

/** Long beside what a busy machine takes for a call. */
const OVERDUE = 4_000;

let runtime: TestRuntime;
beforeAll(async () => {
  const vars = { SESSION_CONFIRM_MILLISECONDS: "200", ALARM_OVERDUE_MILLISECONDS: String(OVERDUE) };
  runtime = await startRuntime({ main: "test/durable-objects/session-worker.ts", vars });
});
afterAll(() => runtime.close());

const tell = async (command: Command) => (await runtime.call("/test", { body: command })).body;
const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const append = (shopper: string, id: string) =>
  tell({ kind: "append", shopper, interactions: [interaction(id, { shopper, received_at: Date.now() })] });

it.each<[string, string, (shopper: string) => Promise<unknown>]>([
  ["looks at", "u:looked", (shopper) => tell({ kind: "view", shopper })],
  ["does something in", "u:did", (shopper) => append(shopper, "did-later")],
])(
  "an event whose alarm was lost is offered after somebody %s the session, once it should have come long ago",
  async (_, shopper, call) => {
    await tell({ kind: "away", what: ["alarm"] });
    await append(shopper, `${shopper}-1`);
    await tell({ kind: "away", what: [] });
    await sleep(OVERDUE / 3);
    await call(shopper);
    await sleep(OVERDUE / 3);
    expect(await tell({ kind: "calls" })).toEqual([]);
    await sleep(OVERDUE / 2);
    await call(shopper);
    const asked: string[] = [];
    await eventually(async () => {
      asked.push(...(await tell({ kind: "calls" })));
      return asked.includes(`append ${shopper}-1`);
    });
  },
);
