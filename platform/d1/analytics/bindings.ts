/** Values of a statement that is put together from parts: each part names its own. */
export class Bindings {
  readonly values: (string | number)[] = [];

  /** Keeps a value. @returns the placeholder that stands for it */
  add(value: string | number): string {
    this.values.push(value);
    return `?${this.values.length}`;
  }
}

/** A list of SQL expressions, each under its name. */
export function listSql(expressions: Readonly<Record<string, string>>): string {
  return Object.entries(expressions)
    .map(([name, expression]) => `${expression} AS ${name}`)
    .join(", ");
}
