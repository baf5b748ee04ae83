/** The inverse by Gauss–Jordan elimination with partial pivoting, as a schoolbook has it: what the quick one must equal. */
export function gaussJordanInverse(matrix: readonly (readonly number[])[]): number[][] {
  const size = matrix.length;
  const rows = matrix.map((row, place) => [...row, ...row.map((_, column) => (column === place ? 1 : 0))]);
  for (let column = 0; column < size; column++) {
    const candidates = rows.slice(column).map((row) => Math.abs(row[column] ?? 0));
    const pivotPlace = column + candidates.indexOf(Math.max(...candidates));
    const [pivotRow = []] = rows.splice(pivotPlace, 1);
    const pivot = pivotRow[column] ?? 0;
    rows.splice(
      column,
      0,
      pivotRow.map((value) => value / pivot),
    );
    rows.forEach((row, place) => {
      const factor = row[column] ?? 0;
      if (place !== column) rows[place] = row.map((value, at) => value - factor * (rows[column]?.[at] ?? 0));
    });
  }
  return rows.map((row) => row.slice(size));
}
