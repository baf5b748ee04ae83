/** Which bytes of a file to send. */
export type ByteRange =
  | { readonly kind: "whole" }
  | { readonly kind: "part"; readonly offset: number; readonly length: number }
  | { readonly kind: "unsatisfiable" };

const WHOLE: ByteRange = { kind: "whole" };
const UNSATISFIABLE: ByteRange = { kind: "unsatisfiable" };
const SINGLE_RANGE = /^bytes=\s*(\d*)-(\d*)\s*$/i;

/**
 * What a `Range` header asks for (RFC 9110, 14.2): one range, from a place on, or the last bytes. Anything else (no
 * header, another unit, several ranges, bad syntax) means the whole file, as the RFC lets a server decide.
 * @param size of the file in bytes, above 0
 */
export function readRange(header: string | undefined, size: number): ByteRange {
  const [, first, last] = SINGLE_RANGE.exec(header ?? "") ?? [];
  if (first === undefined || last === undefined || (first === "" && last === "")) return WHOLE;
  if (first === "") {
    const length = Math.min(Number(last), size);
    return length === 0 ? UNSATISFIABLE : { kind: "part", offset: size - length, length };
  }
  const offset = Number(first);
  if (last !== "" && Number(last) < offset) return WHOLE;
  if (offset >= size) return UNSATISFIABLE;
  const end = last === "" ? size : Math.min(Number(last) + 1, size);
  return { kind: "part", offset, length: end - offset };
}
