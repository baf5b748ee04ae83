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

it("texts of another language are checked one by one", () => {
  const texts = (nl: Record<string, string>) => () => configured({ ranking: { texts: { nl } } });
  expect(texts({ viewed: "Omdat je {item} bekeek", title_trending: "Nu populair" })).not.toThrow();
  expect(texts({ seen: "Omdat je {item} bekeek" })).toThrow(/ranking\.texts\.nl: .*"seen"/);
  expect(texts({ viewed: "Omdat je {product} bekeek" })).toThrow(/ranking\.texts\.nl\.viewed: .*\{product\}.*\{item\}/);
  expect(texts({ trending: "Nu populair: {item}" })).toThrow("ranking.texts.nl.trending");
  expect(texts({ viewed: "Omdat je {item bekeek" })).toThrow("ranking.texts.nl.viewed: has a brace");
  expect(texts({ viewed: "" })).toThrow("ranking.texts.nl.viewed");
  expect(() => configured({ ranking: { texts: { nl_BE: {} } } })).toThrow("ranking.texts.nl_BE");
});

it("a configuration with texts that was validated stays valid", () => {
  const once = configured({ ranking: { texts: { nl: { trending: "Nu populair" } } } });
  expect(defineConfig(once).ranking).toEqual(once.ranking);
});
