import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";

import { distinct, nameOf, recordQuestions } from "../../scripts/bench/dashboard/questions.ts";

type Listener = (message: { url(): string }) => void;

/** A page of which only the network is heard. */
function pageOf(): { readonly page: Page; readonly say: (event: "request" | "response", path: string) => void } {
  const listeners = new Map<string, Listener>();
  return {
    page: { on: (event: string, listener: Listener) => listeners.set(event, listener) } as unknown as Page,
    say: (event, path) => listeners.get(event)?.({ url: () => `http://127.0.0.1:1${path}` }),
  };
}

describe("what the page asks", () => {
  it("is recorded with its query, and in a second wave what follows an answer", () => {
    const { page, say } = pageOf();
    const asked = recordQuestions(page);
    say("request", "/v1/analytics/sales?period=24h");
    say("request", "/v1/analytics/movers?top=10");
    say("response", "/v1/analytics/sales?period=24h");
    say("request", "/v1/analytics/sales?from=2026-11-20T10:00:00.000Z");
    expect(asked).toEqual([
      { path: "/v1/analytics/sales?period=24h", wave: 0 },
      { path: "/v1/analytics/movers?top=10", wave: 0 },
      { path: "/v1/analytics/sales?from=2026-11-20T10:00:00.000Z", wave: 1 },
    ]);
  });

  it("leaves out files and who is signed in, and waits for no answer to them", () => {
    const { page, say } = pageOf();
    const asked = recordQuestions(page);
    for (const path of ["/dashboard/main.js", "/v1/dashboard/session"]) {
      say("request", path);
      say("response", path);
    }
    say("request", "/v1/analytics/spikes?limit=50");
    expect(asked).toEqual([{ path: "/v1/analytics/spikes?limit=50", wave: 0 }]);
  });

  it("is each question once", () => {
    const stock = { path: "/v1/analytics/stock-risk?top=10", wave: 0 } as const;
    const sales = { path: "/v1/analytics/sales", wave: 0 } as const;
    expect(distinct([stock, sales, stock])).toEqual([stock, sales]);
  });

  it.each([
    [
      "/v1/analytics/sales?timezone=UTC&period=90d&interval=day&limit=5000&group_by=line&top=6",
      "sales 90d day by line",
    ],
    [
      "/v1/analytics/sales?timezone=UTC&from=2026-08-24T00%3A00%3A00.000Z&to=2026-11-22T00%3A00%3A00.000Z&interval=total",
      "sales 2026-08-24T00 to 2026-11-22T00 total",
    ],
    ["/v1/analytics/spikes/54/series?hours=72", "spikes/54/series"],
  ])("%s is called %s", (path, name) => {
    expect(nameOf({ path, wave: 0 })).toBe(name);
  });
});
