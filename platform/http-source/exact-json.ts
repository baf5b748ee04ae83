/** A number that JavaScript would have rounded, as JSON wrote it. */
interface RawNumber {
  readonly rawJSON: string;
}

/** What Node and workerd have of JSON.parse's source text, and TypeScript's ES2024 library has not. */
interface ExactJson {
  parse(text: string, revive: (key: string, value: unknown, context: { readonly source?: string }) => unknown): unknown;
  rawJSON(text: string): RawNumber;
  isRawJSON(value: unknown): value is RawNumber;
}

const json = JSON as unknown as ExactJson;

/**
 * Parses JSON without losing a digit: 9007199254740993 and 10.50 stay what they are, since a key or a price is a text
 * to whoever reads it.
 * @throws SyntaxError for what is no JSON
 */
export function parseExactJson(text: string): unknown {
  return json.parse(text, (_key, value, { source }) =>
    typeof value === "number" && source !== undefined && String(value) !== source ? json.rawJSON(source) : value,
  );
}

/** True for a number of {@link parseExactJson}, rounded by nobody. */
export function isExactNumber(value: unknown): boolean {
  return typeof value === "number" || json.isRawJSON(value);
}

/** A value of {@link parseExactJson} as a cell: numbers as JSON wrote them, objects and arrays as JSON, null as null. */
export function cellText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === "string") return value;
  return json.isRawJSON(value) ? value.rawJSON : JSON.stringify(value);
}
