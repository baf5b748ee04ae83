import { z } from "zod";

import { err, ok, type Result } from "../result.ts";
import { fromBfloat16, fromFloat16 } from "./half-precision.ts";
import { sizeOf, type Tensor } from "./tensor.ts";

/** Length of the header, in JSON, as an unsigned 64-bit little-endian number: the file's first bytes. */
const LENGTH_BYTES = 8;
/** A header is about 100 bytes a tensor; one that is longer than this is not read. */
export const SAFETENSORS_HEADER_MAX_BYTES = 1024 * 1024;
/** Tensors begin at multiples of this when we write: the header is padded with spaces. */
const ALIGNMENT_BYTES = 8;

const BYTES_PER_VALUE = { F32: 4, F16: 2, BF16: 2 } as const;
const offset = z.number().int().nonnegative();
const tensorSchema = z.object({
  dtype: z.enum(["F32", "F16", "BF16"], "only F32, F16 and BF16 are read"),
  shape: z.array(z.number().int().nonnegative()).max(8),
  data_offsets: z.tuple([offset, offset]),
});
const headerSchema = z.record(z.string(), z.unknown());

/** Why a file is not readable; the message names the tensor. */
export interface SafetensorsFailure {
  readonly kind: "safetensors_invalid";
  readonly message: string;
}

function invalid(message: string): Result<never, SafetensorsFailure> {
  return err({ kind: "safetensors_invalid", message });
}

/** Safetensors are little-endian, as is every machine that this runs on; values are looked at in place if so. */
const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

function readValues(data: DataView, begin: number, count: number, dtype: keyof typeof BYTES_PER_VALUE): Float32Array {
  const start = data.byteOffset + begin;
  // No copy where it can be spared: weights may fill a quarter of an isolate.
  if (dtype === "F32" && IS_LITTLE_ENDIAN && start % BYTES_PER_VALUE.F32 === 0)
    return new Float32Array(data.buffer as ArrayBuffer, start, count);
  const values = new Float32Array(count);
  const width = BYTES_PER_VALUE[dtype];
  for (let position = 0; position < count; position++) {
    const at = begin + position * width;
    if (dtype === "F32") values[position] = data.getFloat32(at, true);
    else
      values[position] =
        dtype === "F16" ? fromFloat16(data.getUint16(at, true)) : fromBfloat16(data.getUint16(at, true));
  }
  return values;
}

function readHeader(
  bytes: Uint8Array,
): Result<{ header: Record<string, unknown>; dataStart: number }, SafetensorsFailure> {
  if (bytes.byteLength < LENGTH_BYTES) return invalid("The file is too short to be safetensors.");
  const length = new DataView(bytes.buffer, bytes.byteOffset, LENGTH_BYTES).getBigUint64(0, true);
  if (length > SAFETENSORS_HEADER_MAX_BYTES || length > bytes.byteLength - LENGTH_BYTES)
    return invalid(`The header claims ${length} bytes: the file is damaged or not safetensors.`);
  const dataStart = LENGTH_BYTES + Number(length);
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(
      bytes.subarray(LENGTH_BYTES, dataStart),
    );
    const header = headerSchema.safeParse(JSON.parse(text));
    return header.success ? ok({ header: header.data, dataStart }) : invalid("The header is not a JSON object.");
  } catch {
    return invalid("The header is not JSON in UTF-8.");
  }
}

/**
 * Reads a safetensors file (https://huggingface.co/docs/safetensors: length, JSON header, data). Half-precision values
 * are widened. As the format demands, tensors must cover the data without gaps or overlaps.
 * @returns the tensors by name; they may share the memory of `bytes`
 */
export function parseSafetensors(bytes: Uint8Array): Result<Map<string, Tensor>, SafetensorsFailure> {
  const read = readHeader(bytes);
  if (!read.ok) return read;
  const { header, dataStart } = read.value;
  const data = new DataView(bytes.buffer, bytes.byteOffset + dataStart, bytes.byteLength - dataStart);
  const tensors = new Map<string, Tensor>();
  const spans: [number, number][] = [];
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const parsed = tensorSchema.safeParse(entry);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      return invalid(`Tensor "${name}": ${issue?.path.join(".") ?? ""} ${issue?.message ?? "is not valid"}.`);
    }
    const { dtype, shape, data_offsets } = parsed.data;
    const [begin, end] = data_offsets;
    const count = sizeOf(shape);
    if (end > data.byteLength || end - begin !== count * BYTES_PER_VALUE[dtype])
      return invalid(`Tensor "${name}": its offsets do not fit its shape [${shape.join(", ")}] and the file.`);
    spans.push([begin, end]);
    tensors.set(name, { shape, values: readValues(data, begin, count, dtype) });
  }
  let covered = 0;
  for (const [begin, end] of spans.sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    if (begin !== covered) return invalid("Tensors overlap or leave gaps.");
    covered = end;
  }
  return covered === data.byteLength ? ok(tensors) : invalid("The file is longer than its tensors.");
}

/**
 * Writes tensors as a safetensors file of F32 values, in the order of the map: the same tensors give the same bytes.
 * @throws Error when a tensor has not as many values as its shape says
 */
export function writeSafetensors(tensors: ReadonlyMap<string, Tensor>): Uint8Array {
  let end = 0;
  const header: Record<string, z.infer<typeof tensorSchema>> = {};
  for (const [name, { shape, values }] of tensors) {
    if (sizeOf(shape) !== values.length)
      throw new Error(`Tensor "${name}" has ${values.length} values, its shape [${shape.join(", ")}] asks for others.`);
    const begin = end;
    end += values.length * BYTES_PER_VALUE.F32;
    header[name] = { dtype: "F32", shape: [...shape], data_offsets: [begin, end] };
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const headerBytes = Math.ceil(text.byteLength / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
  const bytes = new Uint8Array(LENGTH_BYTES + headerBytes + end).fill(0x20, LENGTH_BYTES, LENGTH_BYTES + headerBytes);
  bytes.set(text, LENGTH_BYTES);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(headerBytes), true);
  let at = LENGTH_BYTES + headerBytes;
  for (const { values } of tensors.values()) {
    for (const value of values) {
      view.setFloat32(at, value, true);
      at += BYTES_PER_VALUE.F32;
    }
  }
  return bytes;
}
