import {
  type AsyncBuffer,
  type FileMetaData,
  parquetMetadataAsync,
  parquetRead,
  parquetSchema,
  type SchemaElement,
} from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { parquetWriteBuffer } from "hyparquet-writer";

import { CREATED_BY, ROW_GROUP_ROWS_MAX } from "./encode-lake-file.ts";

/** Item–item weights as a file holds them: rows by item, the strongest first, in three columns of one length. */
export interface NeighbourColumns {
  readonly itemIds: readonly string[];
  readonly neighbourIds: readonly string[];
  readonly weights: Float32Array;
}

/** What having `itemId` says of `neighbourId`. */
export interface NeighbourRow {
  readonly itemId: string;
  readonly neighbourId: string;
  readonly weight: number;
}

const STRING = { type: "BYTE_ARRAY", converted_type: "UTF8", logical_type: { type: "STRING" } } as const;
const COLUMNS = ["item_id", "neighbour_id", "weight"] as const;
const SCHEMA: SchemaElement[] = [
  { name: "schema", num_children: COLUMNS.length },
  { name: "item_id", ...STRING, repetition_type: "REQUIRED" },
  { name: "neighbour_id", ...STRING, repetition_type: "REQUIRED" },
  { name: "weight", type: "FLOAT", repetition_type: "REQUIRED" },
];

/**
 * Encodes item–item weights as a Parquet file (`neighbours.parquet` of a model), in the order of the rows. The same rows
 * give the same bytes.
 * @throws RangeError when the columns differ in length
 */
export function encodeNeighbours({ itemIds, neighbourIds, weights }: NeighbourColumns): Uint8Array<ArrayBuffer> {
  if (neighbourIds.length !== itemIds.length || weights.length !== itemIds.length) {
    throw new RangeError(`${itemIds.length}, ${neighbourIds.length} and ${weights.length} cells are not whole rows.`);
  }
  const buffer = parquetWriteBuffer({
    schema: SCHEMA,
    columnData: [
      { name: "item_id", data: [...itemIds] },
      { name: "neighbour_id", data: [...neighbourIds] },
      { name: "weight", data: weights },
    ],
    rowGroupSize: ROW_GROUP_ROWS_MAX,
    createdBy: CREATED_BY,
  });
  return new Uint8Array(buffer);
}

function isText({ converted_type: converted, logical_type: logical }: SchemaElement): boolean {
  return converted === "UTF8" || logical?.type === "STRING";
}

function typeOf(element: SchemaElement): string {
  if (element.num_children !== undefined || element.repetition_type === "REPEATED") return "nested";
  if (isText(element)) return "STRING";
  return element.logical_type?.type ?? element.converted_type ?? element.type ?? "untyped";
}

/** @throws Error that names the first column which is missing or of another type */
function checkSchema(metadata: FileMetaData): void {
  const elements = new Map(parquetSchema(metadata).children.map(({ element }) => [element.name, element]));
  for (const column of COLUMNS) {
    const element = elements.get(column);
    if (element === undefined) {
      throw new Error(`There is no column ${column}; there are ${[...elements.keys()].join(", ")}.`);
    }
    const type = typeOf(element);
    const accepted = column === "weight" ? ["FLOAT", "DOUBLE"] : ["STRING"];
    if (!accepted.includes(type)) throw new Error(`${column} is ${type}, not ${accepted.join(" or ")}.`);
  }
}

type Cells = Record<(typeof COLUMNS)[number], unknown[]>;

/** The cells of one row group by column: rows as objects would take several times the memory. */
async function readGroup(file: AsyncBuffer, metadata: FileMetaData, rowStart: number, rowEnd: number): Promise<Cells> {
  const cells: Cells = { item_id: [], neighbour_id: [], weight: [] };
  await parquetRead({
    file,
    metadata,
    compressors,
    columns: [...COLUMNS],
    rowStart,
    rowEnd,
    onChunk: ({ columnName, columnData, rowStart: start }) => {
      const column = COLUMNS.find((name) => name === columnName);
      if (column === undefined) return;
      for (let place = 0; place < columnData.length; place++)
        cells[column][start - rowStart + place] = columnData[place];
    },
  });
  return cells;
}

/**
 * Reads a file of item–item weights row by row, one row group in memory at a time. Other columns are passed over.
 * @throws Error when it is not a Parquet file, when a column is missing or of another type, when a cell is empty or a
 *   weight is not a finite number
 */
export async function* readNeighbours(file: AsyncBuffer): AsyncGenerator<NeighbourRow, void, undefined> {
  const metadata = await parquetMetadataAsync(file);
  checkSchema(metadata);
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rows = Number(group.num_rows);
    const cells = await readGroup(file, metadata, rowStart, rowStart + rows);
    for (let place = 0; place < rows; place++) {
      const itemId = cells.item_id[place];
      const neighbourId = cells.neighbour_id[place];
      const weight = cells.weight[place];
      const row = rowStart + place + 1;
      if (typeof itemId !== "string") throw new Error(`item_id is empty in row ${row}.`);
      if (typeof neighbourId !== "string") throw new Error(`neighbour_id is empty in row ${row}.`);
      if (typeof weight !== "number" || !Number.isFinite(weight)) {
        throw new Error(`weight is ${typeof weight === "number" ? weight : "empty"} in row ${row}.`);
      }
      yield { itemId, neighbourId, weight };
    }
    rowStart += rows;
  }
}
