import { TILE_CELLS, TILE_SIZE } from "./tile.ts";

/**
 * The lower triangle of a symmetric matrix in tiles, each contiguous: in the matrix itself the rows of a tile lie a
 * whole row apart, which for sizes like 4,096 is the same few lines of the cache. A last tile that sticks out is filled
 * up with the identity, which a factorisation and an inverse leave alone.
 */
export class LowerTiles {
  /** Tiles along one side. */
  readonly side: number;
  readonly #size: number;
  readonly #tiles: readonly Float64Array[];

  /** Copies the lower triangle of `matrix`, `size × size` numbers row by row. */
  constructor(matrix: Float64Array, size: number) {
    this.#size = size;
    this.side = Math.ceil(size / TILE_SIZE);
    const cells = new Float64Array(((this.side * (this.side + 1)) / 2) * TILE_CELLS);
    this.#tiles = Array.from({ length: cells.length / TILE_CELLS }, (_, place) =>
      cells.subarray(place * TILE_CELLS, (place + 1) * TILE_CELLS),
    );
    this.#eachRow((row, column, length, tile, offset) => {
      tile.set(matrix.subarray(row * size + column, row * size + column + length), offset);
    });
    for (let row = size; row < this.side * TILE_SIZE; row++) {
      const within = row % TILE_SIZE;
      this.at(this.side - 1, this.side - 1)[within * TILE_SIZE + within] = 1;
    }
  }

  /** The tile at a row and a column of tiles, `column` ≤ `row`; changes in it are kept. */
  at(row: number, column: number): Float64Array {
    const tile = this.#tiles[(row * (row + 1)) / 2 + column];
    if (tile === undefined || column > row) throw new RangeError(`There is no tile at ${row}, ${column}.`);
    return tile;
  }

  /** Writes the lower triangle into `matrix`, and its mirror image above the diagonal. */
  writeTo(matrix: Float64Array): void {
    const size = this.#size;
    this.#eachRow((row, column, length, tile, offset) => {
      matrix.set(tile.subarray(offset, offset + length), row * size + column);
    });
    for (let top = 0; top < size; top += TILE_SIZE) {
      for (let left = top; left < size; left += TILE_SIZE) this.#mirrorInto(matrix, top, left);
    }
  }

  #mirrorInto(matrix: Float64Array, top: number, left: number): void {
    const size = this.#size;
    for (let row = top; row < Math.min(size, top + TILE_SIZE); row++) {
      for (let column = Math.max(left, row + 1); column < Math.min(size, left + TILE_SIZE); column++)
        matrix[row * size + column] = matrix[column * size + row] ?? 0;
    }
  }

  /** Calls `visit` for each row of each tile that lies within the matrix. */
  #eachRow(visit: (row: number, column: number, length: number, tile: Float64Array, offset: number) => void): void {
    for (let row = 0; row < this.#size; row++) {
      const tileRow = Math.floor(row / TILE_SIZE);
      const offset = (row % TILE_SIZE) * TILE_SIZE;
      for (let tileColumn = 0; tileColumn <= tileRow; tileColumn++) {
        const column = tileColumn * TILE_SIZE;
        visit(row, column, Math.min(TILE_SIZE, this.#size - column), this.at(tileRow, tileColumn), offset);
      }
    }
  }
}
