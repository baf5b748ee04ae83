import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { parseSafetensors, writeSafetensors } from "../../domain/models/safetensors.ts";

/** A file with this header (a JSON value or raw text) and this data. */
function file(header: unknown, data: number[] = [], claimedLength?: number): Uint8Array {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(claimedLength ?? text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

it("reads back what it wrote, whatever the shapes", () => {
  const tensor = fc
    .array(fc.integer({ min: 0, max: 5 }), { maxLength: 3 })
    .chain((shape) =>
      fc
        .float32Array({ minLength: shape.reduce((a, b) => a * b, 1), maxLength: shape.reduce((a, b) => a * b, 1) })
        .map((values) => ({ shape, values })),
    );
  // `__proto__` cannot be a key of the JSON header as JavaScript writes it, and is no tensor's name.
  const name = fc.string().filter((text) => text !== "__metadata__" && text !== "__proto__");
  fc.assert(
    fc.property(fc.array(fc.tuple(name, tensor), { maxLength: 5 }), (entries) => {
      const tensors = new Map(entries);
      expect(parseSafetensors(writeSafetensors(tensors))).toEqual({ ok: true, value: tensors });
    }),
  );
});

it("reads a file at any place of a larger buffer, metadata left out", () => {
  const bytes = file(
    { __metadata__: { made_by: "x" }, a: { dtype: "F32", shape: [1], data_offsets: [0, 4] } },
    [0, 0, 128, 63],
  );
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  expect(parseSafetensors(shifted.subarray(3))).toEqual({
    ok: true,
    value: new Map([["a", { shape: [1], values: Float32Array.of(1) }]]),
  });
});

it.each([
  ["F16", [0x00, 0x3c, 0x00, 0xc1, 0x01, 0x00], [1, -2.5, 2 ** -24]],
  ["BF16", [0x80, 0x3f, 0x20, 0xc0, 0x00, 0x00], [1, -2.5, 0]],
])("widens %s", (dtype, data, expected) => {
  const parsed = parseSafetensors(file({ a: { dtype, shape: [3], data_offsets: [0, 6] } }, data));
  expect(parsed.ok ? [...(parsed.value.get("a")?.values ?? [])] : parsed).toEqual(expected);
});

describe("refuses", () => {
  const a = { dtype: "F32", shape: [1], data_offsets: [0, 4] };
  it.each<[string, Uint8Array, string]>([
    ["an empty file", new Uint8Array(0), "too short"],
    ["a header longer than the file", file({}, [], 1000), "claims 1000 bytes"],
    ["a header of absurd length", file({}, [], Number.MAX_SAFE_INTEGER), "claims"],
    ["a header that is not JSON", file("{oops"), "not JSON"],
    ["a header that is a list", file([1]), "not a JSON object"],
    ["another type of number", file({ a: { ...a, dtype: "I64" } }, [0, 0, 0, 0]), "F32, F16 and BF16"],
    ["offsets beyond the file", file({ a }, [0, 0]), "do not fit"],
    ["offsets that do not fit the shape", file({ a: { ...a, shape: [2] } }, [0, 0, 0, 0]), "do not fit"],
    ["offsets in the wrong order", file({ a: { ...a, data_offsets: [4, 0] } }, [0, 0, 0, 0]), "do not fit"],
    ["negative offsets", file({ a: { ...a, data_offsets: [-4, 0] } }, [0, 0, 0, 0]), "data_offsets"],
    ["overlapping tensors", file({ a, b: a }, [0, 0, 0, 0]), "overlap"],
    ["data that belongs to no tensor", file({ a }, [0, 0, 0, 0, 0]), "longer"],
  ])("%s", (_, bytes, message) => {
    expect(parseSafetensors(bytes)).toMatchObject({
      ok: false,
      error: { kind: "safetensors_invalid", message: expect.stringContaining(message) },
    });
  });
});
