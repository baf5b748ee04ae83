import { type AsyncBuffer, parquetMetadataAsync, parquetRead, type SchemaElement } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";

/** The cells of one row group, column by column, as the library takes them. */
export interface RowGroup {
  readonly schema: SchemaElement[];
  readonly rows: number;
  readonly columns: { readonly name: string; readonly data: unknown[] }[];
}

/** How much was written, and how long it took. */
export interface LibraryRun {
  readonly rows: number;
  readonly bytes: number;
  readonly milliseconds: number;
}

/** Reads the first row group of a file that an export wrote: its cells are what the library is measured with. */
export async function firstRowGroup(file: AsyncBuffer): Promise<RowGroup> {
  const metadata = await parquetMetadataAsync(file);
  const rows = Number(metadata.row_groups[0]?.num_rows ?? 0);
  const columns: RowGroup["columns"] = [];
  for (const { name, converted_type: type } of metadata.schema.slice(1)) {
    const data: unknown[] = [];
    await parquetRead({
      file,
      metadata,
      compressors,
      columns: [name],
      rowEnd: rows,
      onChunk: ({ columnData }) => {
        for (const cell of columnData) data.push(cell instanceof Date ? BigInt(cell.getTime()) : cell);
      },
    });
    if (data.length !== rows)
      throw new Error(`${name} (${type ?? "plain"}) has ${data.length} cells for ${rows} rows.`);
    columns.push({ name, data });
  }
  return { schema: metadata.schema, rows, columns };
}

/**
 * Writes a row group again and again by the library alone, as its documentation shows it, until there are as many rows.
 * @param sink takes the bytes; throws them away where time is measured
 */
export function writeByLibrary(
  { schema, rows, columns }: RowGroup,
  atLeastRows: number,
  sink: (bytes: Uint8Array) => void,
  now: () => number,
): LibraryRun {
  const began = now();
  const bytes = new ByteWriter();
  const writer = new ParquetWriter({ writer: bytes, schema });
  const drain = (): void => {
    sink(bytes.getBytes());
    // `offset` goes on counting: it is the place in the file.
    bytes.index = 0;
  };
  const groups = Math.ceil(atLeastRows / rows);
  for (let group = 0; group < groups; group++) {
    void writer.write({ columnData: columns, rowGroupSize: rows });
    drain();
  }
  void writer.finish();
  drain();
  return {
    rows: groups * rows,
    bytes: bytes.offset,
    milliseconds: now() - began,
  };
}
