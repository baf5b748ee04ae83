import { hash32 } from "../hash.ts";
import { decodeBase64Url, encodeBase64Url } from "./base64url.ts";

/** What an answer was: all that is ever asked about it when an event comes back. */
export interface AnswerFacts {
  readonly placement: string;
  /** Null where no model was active. */
  readonly modelVersion: string | null;
  /** Null outside experiments. */
  readonly arm: string | null;
  readonly shelves: readonly { readonly strategy: string; readonly itemIds: readonly string[] }[];
}

/** What an answer was for one of its items. */
export interface ShownFacts {
  readonly placement: string;
  /** Empty where there was no model. */
  readonly modelVersion: string;
  /** Empty outside experiments. */
  readonly arm: string;
  readonly strategy: string;
  /** 1-based place in its shelf. */
  readonly rank: number;
}

/** Of an id's random part. */
export const RANDOM_BYTES = 12;
const RANDOM_CHARACTERS = 16;
const FORMAT = 1;
/** Longest text that is kept whole; model versions and names of experiments are far shorter. */
const TEXT_MAX_BYTES = 64;
/** Most items of one shelf: their number is one byte. */
const SHELF_ITEMS_MAX = 255;
/** A strategy's byte is its place here, from 1; 0 says that it follows as text. Append only: ids live for days. */
const STRATEGIES = ["similar", "together", "profile", "trending", "popular"];
const STRATEGY_AS_TEXT = 0;

const encoder = new TextEncoder();
// A byte order mark is a character like others here: a text must come back as it went in.
const decoder = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });

/**
 * 16 bits of an item's id. The seed is the answer's own, so that two items that share their bits in one answer do not
 * share them in the next.
 */
function itemBits(itemId: string, seed: number): number {
  return hash32(itemId, seed) >>> 16;
}

function textBytes(text: string): Uint8Array {
  const bytes = encoder.encode(text);
  if (bytes.byteLength <= TEXT_MAX_BYTES) return bytes;
  let end = TEXT_MAX_BYTES;
  // Not within a character: its later bytes begin with the bits 10.
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end);
}

/**
 * An id that says by itself what the answer was: `<16 random characters>.<payload>`, url-safe, 60 to 500 characters.
 * The payload is a format byte; placement, model version and arm, each as its length in bytes and UTF-8 (cut to 64
 * bytes); then for each shelf its strategy, the number of items, and 16 bits of each item's hash, in order.
 * @param random {@link RANDOM_BYTES} random bytes
 */
export function makeRecommendationId(facts: AnswerFacts, random: Uint8Array): string {
  const name = encodeBase64Url(random);
  const seed = hash32(name);
  const payload: number[] = [FORMAT];
  const putText = (text: string): void => {
    const bytes = textBytes(text);
    payload.push(bytes.byteLength, ...bytes);
  };
  putText(facts.placement);
  putText(facts.modelVersion ?? "");
  putText(facts.arm ?? "");
  for (const { strategy, itemIds } of facts.shelves) {
    const code = STRATEGIES.indexOf(strategy) + 1;
    payload.push(code);
    if (code === STRATEGY_AS_TEXT) putText(strategy);
    const count = Math.min(itemIds.length, SHELF_ITEMS_MAX);
    payload.push(count);
    for (const itemId of itemIds.slice(0, count)) {
      const bits = itemBits(itemId, seed);
      payload.push(bits >>> 8, bits & 0xff);
    }
  }
  return `${name}.${encodeBase64Url(Uint8Array.from(payload))}`;
}

/** Reads a payload from its beginning. What is not there reads as zeros and makes the payload a broken one. */
class PayloadReader {
  readonly #bytes: Uint8Array;
  #position = 0;
  #hasUnknown = false;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#position >= this.#bytes.byteLength;
  }

  /** True when it broke off, or says what nobody says. */
  get isBroken(): boolean {
    return this.#hasUnknown || this.#position > this.#bytes.byteLength;
  }

  byte(): number {
    return this.#bytes[this.#position++] ?? 0;
  }

  text(): string {
    const length = this.byte();
    const start = this.#position;
    this.#position += length;
    return decoder.decode(this.#bytes.subarray(start, this.#position));
  }

  strategy(): string {
    const code = this.byte();
    if (code === STRATEGY_AS_TEXT) return this.text();
    const strategy = STRATEGIES[code - 1];
    this.#hasUnknown ||= strategy === undefined;
    return strategy ?? "";
  }
}

/** An id's random part and a reader of its payload; null when it is not one of ours. */
function openId(recommendationId: string): { readonly name: string; readonly reader: PayloadReader } | null {
  if (recommendationId.charAt(RANDOM_CHARACTERS) !== ".") return null;
  const name = recommendationId.slice(0, RANDOM_CHARACTERS);
  const payload = decodeBase64Url(recommendationId.slice(RANDOM_CHARACTERS + 1));
  if (payload === null || decodeBase64Url(name) === null) return null;
  return { name, reader: new PayloadReader(payload) };
}

function findItem(reader: PayloadReader, itemId: string, seed: number): ShownFacts | null {
  if (reader.byte() !== FORMAT) return null;
  const placement = reader.text();
  const modelVersion = reader.text();
  const arm = reader.text();
  const wanted = itemBits(itemId, seed);
  let found: ShownFacts | null = null;
  // To the end, even when the item was found: an id that breaks off is not one of ours.
  while (!reader.isAtEnd) {
    const strategy = reader.strategy();
    const count = reader.byte();
    for (let rank = 1; rank <= count; rank++) {
      const bits = (reader.byte() << 8) | reader.byte();
      if (bits === wanted) found ??= { placement, modelVersion, arm, strategy, rank };
    }
  }
  return reader.isBroken ? null : found;
}

/**
 * What an item was shown as in the answer of this id. Null when the id is not one of ours, or the item was not in the
 * answer; of items that were not, one in about 65,536 / (items of the answer) is taken for one that was.
 * @param recommendationId any text: it comes from browsers
 */
export function shownFacts(recommendationId: string, itemId: string): ShownFacts | null {
  const opened = openId(recommendationId);
  return opened === null ? null : findItem(opened.reader, itemId, hash32(opened.name));
}

/** How many items the answer of this id had, over all shelves; null when the id is not one of ours. */
export function shownItemCount(recommendationId: string): number | null {
  const reader = openId(recommendationId)?.reader;
  if (reader === undefined || reader.byte() !== FORMAT) return null;
  // Placement, model version, arm.
  for (let text = 0; text < 3; text++) reader.text();
  let items = 0;
  while (!reader.isAtEnd) {
    reader.strategy();
    const count = reader.byte();
    for (let byte = 0; byte < 2 * count; byte++) reader.byte();
    items += count;
  }
  return reader.isBroken ? null : items;
}

/** The random part of an id, which names the answer; an id of another form is itself. */
export function shortRecommendationId(recommendationId: string): string {
  const end = recommendationId.indexOf(".");
  return end === -1 ? recommendationId : recommendationId.slice(0, end);
}
