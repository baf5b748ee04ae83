import { expect, it } from "vitest";

import config from "../../../endcap.config.ts";
import { defineConfig, type EndcapConfigInput } from "../../../domain/config/schema.ts";

const configured = (input: Partial<EndcapConfigInput>) =>
  defineConfig({ shop: config.shop, source: config.source, ...input });

it("a shop cannot have an event of its own by the name of what sessions tell the ledger", () => {
  expect(() => configured({ events: { custom: { sign_in: { weight: 1 } } } })).toThrow("events.custom.sign_in");
  expect(configured({ events: { custom: { share: { weight: 1 } } } }).events.custom).toHaveProperty("share");
});

it("what earned an event is looked for within a day, unless the shop says otherwise", () => {
  expect(configured({}).attribution).toEqual({ windowHours: 24 });
  expect(() => configured({ attribution: { windowHours: 0 } })).toThrow("attribution.windowHours");
  expect(() => configured({ attribution: { windowHours: 10_000 } })).toThrow("attribution.windowHours");
});
