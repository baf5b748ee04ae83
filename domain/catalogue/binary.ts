/**
 * A small container for binary columns: magic, header length, a JSON header that says where each column lies, then the
 * columns, each at a multiple of eight bytes so that typed arrays can view them in place without a copy.
 */
const MAGIC = 0x50_41_43_45; // "ECAP" in little-endian
const PREAMBLE_BYTES = 8;
const ALIGNMENT_BYTES = 8;

const COLUMN_TYPES = {
  u8: Uint8Array,
  i8: Int8Array,
  u16: Uint16Array,
  u32: Uint32Array,
  i32: Int32Array,
  f32: Float32Array,
  f64: Float64Array,
} as const;
type ColumnType = keyof typeof COLUMN_TYPES;
export type Column = Uint8Array | Int8Array | Uint16Array | Uint32Array | Int32Array | Float32Array | Float64Array;

interface Header<Meta> {
  readonly meta: Meta;
  readonly columns: Readonly<
    Record<string, { readonly type: ColumnType; readonly offset: number; readonly length: number }>
  >;
}

/** A decoded container: `column` views the bytes in place. */
export interface ColumnReader<Meta> {
  readonly meta: Meta;
  /** @throws Error when there is no such column, or it holds another type. */
  column<Type extends ColumnType>(name: string, type: Type): InstanceType<(typeof COLUMN_TYPES)[Type]>;
}

function typeOf(column: Column): ColumnType {
  for (const [name, constructor] of Object.entries(COLUMN_TYPES)) {
    if (column instanceof constructor) return name as ColumnType;
  }
  throw new Error("A column must be one of the supported typed arrays.");
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
}

/** Packs `meta` (anything JSON) and the columns into one buffer. */
export function encodeColumns(meta: unknown, columns: Readonly<Record<string, Column>>): ArrayBuffer {
  const layout: Record<string, { type: ColumnType; offset: number; length: number }> = {};
  let bytes = 0;
  for (const [name, column] of Object.entries(columns)) {
    layout[name] = { type: typeOf(column), offset: bytes, length: column.length };
    bytes = aligned(bytes + column.byteLength);
  }
  const header = new TextEncoder().encode(JSON.stringify({ meta, columns: layout }));
  const start = aligned(PREAMBLE_BYTES + header.byteLength);
  const buffer = new ArrayBuffer(start + bytes);
  const preamble = new DataView(buffer);
  preamble.setUint32(0, MAGIC, true);
  preamble.setUint32(4, header.byteLength, true);
  const target = new Uint8Array(buffer);
  target.set(header, PREAMBLE_BYTES);
  for (const [name, column] of Object.entries(columns)) {
    const place = layout[name];
    if (place === undefined) continue;
    target.set(new Uint8Array(column.buffer, column.byteOffset, column.byteLength), start + place.offset);
  }
  return buffer;
}

/**
 * Opens what {@link encodeColumns} made. `Meta` is trusted to be what was encoded: only Endcap writes these objects.
 * @throws Error when the buffer is not such a container or was cut short.
 */
export function decodeColumns<Meta>(buffer: ArrayBuffer): ColumnReader<Meta> {
  const view = new DataView(buffer);
  if (buffer.byteLength < PREAMBLE_BYTES || view.getUint32(0, true) !== MAGIC)
    throw new Error("Not a column container.");
  const headerBytes = view.getUint32(4, true);
  if (PREAMBLE_BYTES + headerBytes > buffer.byteLength) throw new Error("The column container was cut short.");
  const header = JSON.parse(
    new TextDecoder().decode(new Uint8Array(buffer, PREAMBLE_BYTES, headerBytes)),
  ) as Header<Meta>;
  const start = aligned(PREAMBLE_BYTES + headerBytes);
  return {
    meta: header.meta,
    column(name, type) {
      const place = header.columns[name];
      if (place === undefined || place.type !== type)
        throw new Error(`The container has no column ${name} of type ${type}.`);
      const constructor = COLUMN_TYPES[type];
      if (start + place.offset + place.length * constructor.BYTES_PER_ELEMENT > buffer.byteLength) {
        throw new Error(`The column ${name} was cut short.`);
      }
      return new constructor(buffer, start + place.offset, place.length) as InstanceType<
        (typeof COLUMN_TYPES)[typeof type]
      >;
    },
  };
}
