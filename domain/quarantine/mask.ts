import {
  DETAIL_MAX_LENGTH,
  MASKED_DEPTH_MAX,
  MASKED_ENTRIES_MAX,
  MASKED_MAX_LENGTH,
  MASKED_TEXT_MAX_LENGTH,
} from "./limits.ts";
import { type KeyMeaning, keyMeaning } from "./personal-keys.ts";

/** Stands where something personal stood. */
export const MASKED = "[masked]";
/** Stands where something was left out for its size or depth. */
export const LEFT_OUT = "[left out]";

/** Turns an id with its kind (`u:…`, `c:…`) into one that only tells whether two are the same. */
export type Pseudonym = (id: string) => string;

const EMAIL = /[\w.%+'-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+/gu;
const IP = /(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])|(?<![\w:])(?:[\da-f]{1,4}:){4,7}:?[\da-f]{1,4}(?![\w:])/giu;
/** With a country's code; in groups with a leading zero or an area code in brackets; in the groups of North America. */
const PHONE =
  /(?<!\w)(?:\+|00)\d(?:[\s().-]{0,2}\d){6,14}(?!\w)|(?<![\w.:-])(?:\(\d{2,5}\)|0\d{1,5})[\s/.-]{1,2}\d(?:[\s.-]?\d){4,11}(?!\w)|(?<![\w.:-])0\d{8,10}(?![\w.])|(?<![\w.:-])\d{3}[\s.-]\d{3}[\s.-]\d{4}(?!\w)/gu;

/** A text without the e-mail addresses, telephone numbers and IP addresses in it, at most `maxLength` long. */
export function maskText(text: string, maxLength: number): string {
  // Twice the length is looked at: what is masked is often shorter. Of a text that is cut there the last word goes
  // too, since half an address would not be known as one.
  const isLong = text.length > 2 * maxLength;
  const looked = isLong ? text.slice(0, 2 * maxLength).replace(/\S{1,}$/u, "") : text;
  const masked = looked.replaceAll(EMAIL, MASKED).replaceAll(PHONE, MASKED).replaceAll(IP, MASKED);
  if (masked.length <= maxLength && !isLong) return masked;
  return masked === "" ? LEFT_OUT : `${masked.slice(0, maxLength)}…`;
}

/** What is shown of a record that could not be taken. */
export interface MaskedRecord {
  readonly detail: string;
  readonly payload: unknown;
}

/** The lake makes pseudonyms of ids with their kind: so these join with its tables. */
const ID_PREFIX = { user: "u:", client: "c:", id: "" } as const;

/** A shopper's id, with its kind. */
const SHOPPER = /^[ucx]:(.+)$/su;
/** A shorter id may be any number: in a longer text it is left alone. */
const TELLING_ID_LENGTH = 8;

/** Masks one payload; remembers the ids that it met, and how much it may still show. */
class Masking {
  /** Id as it stood there → what is shown instead. */
  readonly ids = new Map<string, string>();
  readonly #pseudonym: Pseudonym;
  readonly #idFields: ReadonlySet<string>;
  #left = MASKED_MAX_LENGTH;

  constructor(pseudonym: Pseudonym, idFields: ReadonlySet<string>) {
    this.#pseudonym = pseudonym;
    this.#idFields = idFields;
  }

  #meaning(key: string, inherited: KeyMeaning): KeyMeaning {
    if (this.#idFields.has(key)) return "user";
    const own = keyMeaning(key);
    // Whatever stands in `address: { … }` is of the address.
    return inherited === "personal" ? "personal" : own;
  }

  value(value: unknown, meaning: KeyMeaning, depth: number): unknown {
    if (value === null || value === undefined || typeof value === "boolean") return value ?? null;
    if (typeof value === "object") {
      if (depth >= MASKED_DEPTH_MAX || this.#left <= 0) return LEFT_OUT;
      return Array.isArray(value) ? this.#list(value, meaning, depth) : this.#object(value, meaning, depth);
    }
    if (meaning === "personal") return MASKED;
    const text = typeof value === "string" ? value : JSON.stringify(value);
    if (meaning === "other") return typeof value === "string" ? this.#text(value) : value;
    return text === "" ? "" : this.#text(this.#id(text, meaning));
  }

  #id(id: string, meaning: Exclude<KeyMeaning, "personal" | "other">): string {
    const shown = this.#pseudonym(SHOPPER.test(id) ? id : `${ID_PREFIX[meaning]}${id}`);
    this.ids.set(id.trim(), shown);
    const prefixed = SHOPPER.exec(id)?.[1];
    if (prefixed !== undefined) this.ids.set(prefixed, shown);
    return shown;
  }

  /** An id that the payload has named may stand in other texts, too. */
  withoutIds(text: string): string {
    let hidden = text;
    for (const [id, shown] of this.ids) {
      if (hidden === id) return shown;
      if (id.length >= TELLING_ID_LENGTH || SHOPPER.test(id)) hidden = hidden.replaceAll(id, shown);
    }
    return hidden;
  }

  #text(text: string): string {
    if (this.#left <= 0) return LEFT_OUT;
    const masked = maskText(this.withoutIds(text), Math.min(MASKED_TEXT_MAX_LENGTH, this.#left));
    this.#left -= masked.length;
    return masked;
  }

  #list(values: readonly unknown[], meaning: KeyMeaning, depth: number): unknown[] {
    const shown = values.slice(0, MASKED_ENTRIES_MAX).map((value) => this.value(value, meaning, depth + 1));
    return values.length > MASKED_ENTRIES_MAX ? [...shown, LEFT_OUT] : shown;
  }

  #object(value: object, meaning: KeyMeaning, depth: number): Record<string, unknown> {
    const shown: Record<string, unknown> = {};
    let entries = 0;
    for (const [key, member] of Object.entries(value)) {
      if (entries === MASKED_ENTRIES_MAX || this.#left <= 0) {
        shown[LEFT_OUT] = true;
        break;
      }
      entries += 1;
      // `__proto__` as a key of its own must not become the object's prototype.
      Object.defineProperty(shown, this.#text(key), {
        value: this.value(member, this.#meaning(key, meaning), depth + 1),
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
    return shown;
  }
}

/** The ids of a payload as a sentence about it quotes them; a long one may be cut behind an ellipsis. */
function maskQuoted(detail: string, ids: ReadonlyMap<string, string>): string {
  return detail.replaceAll(/"(?:[^"\\]|\\.)*"/gu, (quoted) => {
    const text = quoted.slice(1, -1).trim();
    const isCut = text.endsWith("…");
    const begin = isCut ? text.slice(0, -1) : text;
    const inside = (id: string): string => JSON.stringify(id).slice(1, -1);
    const found = [...ids].find(([id]) => (isCut ? inside(id).startsWith(begin) : inside(id) === begin));
    return found === undefined ? quoted : `"${found[1]}"`;
  });
}

/**
 * What a reader of the bucket may see of a record: ids as pseudonyms, what looks personal hidden, of bounded size.
 * @param record.idFields keys of the payload that hold ids of users, beside those whose name says so
 */
export function maskRecord(
  record: { readonly detail: string; readonly payload: unknown; readonly idFields?: readonly string[] },
  pseudonym: Pseudonym,
): MaskedRecord {
  const masking = new Masking(pseudonym, new Set(record.idFields));
  const payload = masking.value(record.payload, "other", 0);
  const detail = masking.withoutIds(maskQuoted(record.detail, masking.ids));
  return { payload, detail: maskText(detail, DETAIL_MAX_LENGTH) };
}
