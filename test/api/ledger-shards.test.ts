import { expect, it, vi } from "vitest";

import type { Call } from "../../workers/api/call.ts";
import { assertLedgerShards } from "../../workers/api/ledger-shards.ts";

// A D1 that never answers cannot be had from the real one: this one counts how often it is asked.
it("lets events through while D1 does not answer, and has no second request wait for it", async () => {
  vi.useFakeTimers();
  try {
    let asked = 0;
    const statement = { bind: () => statement, run: () => new Promise(() => undefined) };
    const DB = {
      prepare: () => {
        asked += 1;
        return statement;
      },
    };
    const call = {
      env: { LEDGER_SHARDS: "16", DB },
      waitUntil: () => undefined,
    } as unknown as Call;
    const first = assertLedgerShards(call);
    await vi.advanceTimersByTimeAsync(300);
    await expect(first).resolves.toBeUndefined();
    await expect(assertLedgerShards(call)).resolves.toBeUndefined();
    expect(asked).toBe(1);

    await vi.advanceTimersByTimeAsync(10_000);
    const later = assertLedgerShards(call);
    await vi.advanceTimersByTimeAsync(300);
    await expect(later).resolves.toBeUndefined();
    expect(asked).toBe(2);
  } finally {
    vi.useRealTimers();
  }
});
