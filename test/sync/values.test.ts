import { describe, expect, it } from "vitest";

import { countryCode } from "../../domain/sync/country.ts";
import { cursorWithOverlap } from "../../domain/sync/cursor.ts";
import type { ColumnDescription, ColumnKind } from "../../domain/sync/replica.ts";
import { fillTemplate, slug } from "../../domain/sync/template.ts";
import { toFeature, toTime, toTruth } from "../../domain/sync/values.ts";

function column(kind: ColumnKind, type = "any"): ColumnDescription {
  return { name: "c", type, kind, declared: type, nullable: true, length: null, default: null, characterSet: null };
}

describe("a cell as a feature", () => {
  it.each<[ColumnKind, string | null, unknown]>([
    ["number", "117.44", 117.44],
    ["number", "-3", -3],
    ["number", "NaN", null],
    ["number", "Infinity", null],
    ["number", "", null],
    ["boolean", "1", true],
    ["boolean", "t", true],
    ["boolean", "0", false],
    ["boolean", "f", false],
    ["date", "2026-11-21", "2026-11-21"],
    ["date", "0000-00-00", null],
    ["date", "2026-02-31", null],
    ["datetime", "2026-11-21 10:00:00", "2026-11-21T10:00:00.000Z"],
    ["datetime", "2026-11-21 10:00:00.123456+00", "2026-11-21T10:00:00.123Z"],
    ["datetime", "2026-11-21 10:00:00+05:30", "2026-11-21T04:30:00.000Z"],
    ["datetime", "0000-00-00 00:00:00", null],
    ["datetime", "infinity", null],
    ["text", "Classic Cars", "Classic Cars"],
    ["text", null, null],
    ["binary", "abc", null],
  ])("%s %j becomes %j", (kind, text, expected) => {
    expect(toFeature(text, column(kind))).toBe(expected);
  });

  it("is cut where it is too long, between two characters", () => {
    const cut = toFeature(`${"a".repeat(1_999)}😀`, column("text"));
    expect(cut).toBe("a".repeat(1_999));
  });

  it("loses the spaces with which PostgreSQL pads character(n), and no others", () => {
    expect(toFeature("A1   ", column("text", "bpchar"))).toBe("A1");
    expect(toFeature("A1   ", column("text", "varchar"))).toBe("A1   ");
  });
});

describe("a time", () => {
  it.each<[ColumnKind, string, number | null, boolean]>([
    ["date", "2004-05-03", Date.UTC(2004, 4, 3), true],
    ["text", "2004-05-03", Date.UTC(2004, 4, 3), true],
    ["datetime", "2004-05-03 12:30:00", Date.UTC(2004, 4, 3, 12, 30), false],
    ["text", "2004-05-03T12:30:00Z", Date.UTC(2004, 4, 3, 12, 30), false],
    ["number", "1041811200", 1_041_811_200_000, false],
    ["number", "1041811200000", 1_041_811_200_000, false],
    ["text", "yesterday", null, false],
    ["datetime", "2004-05-03 25:00:00", null, false],
  ])("in a %s column written %s", (kind, text, at, dateOnly) => {
    expect(toTime(text, column(kind))).toEqual(at === null ? null : { at, dateOnly });
  });
});

it.each([
  ["1", true],
  ["yes", true],
  ["TRUE", true],
  ["0", false],
  ["0.00", false],
  ["no", false],
  ["", false],
  [null, false],
])("the truth of %j is %s", (text, expected) => {
  expect(toTruth(text)).toBe(expected);
});

describe("a country", () => {
  it.each([
    ["USA", "US"],
    ["U.S.A.", "US"],
    ["United States", "US"],
    ["United States of America", "US"],
    ["us", "US"],
    ["UK", "GB"],
    ["England", "GB"],
    ["France", "FR"],
    [" GERMANY ", "DE"],
    ["Côte d’Ivoire", "CI"],
    ["Ivory Coast", "CI"],
    ["The Netherlands", "NL"],
    ["Hong Kong", "HK"],
    ["Russia", "RU"],
    ["South Korea", "KR"],
    ["Korea, Republic of", "KR"],
    ["Türkiye", "TR"],
    ["Turkey", "TR"],
    ["Czech Republic", "CZ"],
    ["St. Lucia", "LC"],
    ["Trinidad and Tobago", "TT"],
    ["Bosnia & Herzegovina", "BA"],
    ["Congo (Kinshasa)", "CD"],
    ["Georgia", "GE"],
    ["Niger", "NE"],
    ["Nigeria", "NG"],
    ["Atlantis", null],
    ["", null],
    [null, null],
  ])("%j is %j", (text, code) => {
    expect(countryCode(text)).toBe(code);
  });

  it("is found by code and by the name that every runtime has for it", () => {
    const names = new Intl.DisplayNames(["en"], { type: "region" });
    for (const code of ["AX", "BV", "GS", "MK", "PS", "SX", "VA", "XK", "ZW"]) {
      expect(countryCode(code)).toBe(code);
      expect(countryCode(names.of(code) ?? "")).toBe(code);
    }
  });
});

describe("an address", () => {
  const row = {
    line: "Trucks and Buses",
    name: "Ö/1",
    empty: "",
    link: "https://shop.example/a b",
    bad: "javascript:x",
  };
  it.each([
    ["/pictures/{line|slug}.svg", "/pictures/trucks-and-buses.svg"],
    ["/p/{name}", "/p/%C3%96%2F1"],
    ["{link}", "https://shop.example/a b"],
    ["{bad}", null],
    ["/p/{empty}", null],
    ["/p/{absent}", null],
    ["/fixed.png", "/fixed.png"],
  ])("from %s is %s", (template, address) => {
    expect(fillTemplate(template, row)).toBe(address);
  });

  it("has slugs of plain letters", () => {
    expect(slug("  Crème Brûlée & Co. ")).toBe("creme-brulee-co");
  });
});

it.each<[string, ColumnKind, number, string]>([
  ["2026-11-21 10:00:00.123456+00", "datetime", 300, "2026-11-21 09:55:00.123"],
  ["2026-11-21", "date", 300, "2026-11-20"],
  ["9007199254740993", "number", 1, "9007199254740992"],
  ["10.5", "number", 2, "8.5"],
])("reading goes on from %s (%s) less %i at %s", (cursor, kind, overlap, from) => {
  expect(cursorWithOverlap(cursor, column(kind), overlap)).toBe(from);
});
