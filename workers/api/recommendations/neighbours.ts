import type { Catalogue, RankedItems } from "../../../domain/catalogue/catalogue.ts";
import { itemPartOf, vectorId } from "../../../domain/models/vector-id.ts";
import type { VectorIndex, VectorMatches } from "../../../domain/models/vector-index.ts";
import { CANDIDATES_MAX } from "../../../domain/ranking/placements.ts";
import { logger, messageOf } from "../../../platform/logger.ts";
import { SharedWork, type WaitUntil } from "../shared-work.ts";

/** Item ids and scores, best first, as kept between catalogue snapshots (places change, ids do not). */
interface Neighbours {
  readonly ids: readonly string[];
  readonly scores: readonly number[];
}

interface Kept extends Neighbours {
  readonly at: number;
  /** Places of the ids in the catalogue of that version. */
  resolved: { readonly catalogue: string; readonly ranked: RankedItems } | null;
}

/** Neighbours change with the model and with new items: an older list is served once more while it is renewed. */
export const NEIGHBOURS_FRESH_MILLISECONDS = 10 * 60 * 1000;
/** Lists kept by an isolate: about 2.5 KB each. */
export const NEIGHBOURS_KEPT_MAX = 12_000;
const EDGE_CACHE_SECONDS = 600;

/** Lists of nearest items that an isolate keeps, by `<model version>~<item id>`, oldest first. */
export class NeighbourCache {
  readonly #most: number;
  readonly #kept = new Map<string, Kept>();
  /** One question per item and isolate at a time, however many answers wait for it. */
  readonly asking = new SharedWork<Kept>();

  /** @param most lists that are kept */
  constructor(most: number) {
    this.#most = most;
  }

  get(key: string): Kept | undefined {
    return this.#kept.get(key);
  }

  keep(key: string, entry: Kept): void {
    const [oldest] = this.#kept.keys();
    if (this.#kept.size >= this.#most && oldest !== undefined) this.#kept.delete(oldest);
    this.#kept.set(key, entry);
  }

  clear(): void {
    this.#kept.clear();
  }
}

/** The lists that answers are made from. */
export const servedNeighbours = new NeighbourCache(NEIGHBOURS_KEPT_MAX);

/** Turns ids into places of this catalogue; ids that it does not have are left out. */
export function rankedPlaces(catalogue: Catalogue, ids: readonly string[], scores: readonly number[]): RankedItems {
  const items: number[] = [];
  const found: number[] = [];
  for (let position = 0; position < ids.length; position++) {
    const place = catalogue.placeOfVector(ids[position] ?? "");
    if (place === undefined) continue;
    items.push(place);
    found.push(scores[position] ?? 0);
  }
  return { items: Uint32Array.from(items), scores: Float32Array.from(found) };
}

/** Ids and scores of a query's matches. */
export function matchesToIds(matches: VectorMatches): Neighbours {
  return {
    ids: matches.matches.map((match) => itemPartOf(match.id)),
    scores: matches.matches.map((match) => match.score),
  };
}

function edgeCacheKey(key: string): Request {
  return new Request(`https://endcap.invalid/neighbours/${encodeURIComponent(key)}`);
}

async function ask({ index, version, cache }: NeighbourSource, itemId: string, key: string): Promise<Kept> {
  const cached = await caches.default.match(edgeCacheKey(key));
  let neighbours = cached === undefined ? null : await cached.json<Neighbours>();
  if (neighbours === null) {
    const matches = await index.queryById(vectorId(version, itemId), { topK: CANDIDATES_MAX, namespace: version });
    neighbours = matchesToIds(matches);
    const body = JSON.stringify(neighbours);
    await caches.default.put(
      edgeCacheKey(key),
      new Response(body, { headers: { "cache-control": `max-age=${EDGE_CACHE_SECONDS}` } }),
    );
  }
  const entry: Kept = { ...neighbours, at: Date.now(), resolved: null };
  cache.keep(key, entry);
  return entry;
}

function askOnce(source: NeighbourSource, itemId: string): Promise<Kept> {
  const key = `${source.version}~${itemId}`;
  return source.cache.asking.run(key, source.waitUntil, Date.now(), () => ask(source, itemId, key));
}

function resolve(entry: Kept, catalogue: Catalogue): RankedItems {
  if (entry.resolved?.catalogue !== catalogue.version) {
    entry.resolved = { catalogue: catalogue.version, ranked: rankedPlaces(catalogue, entry.ids, entry.scores) };
  }
  return entry.resolved.ranked;
}

/** Where neighbours come from, and what outlives the answer. */
export interface NeighbourSource {
  readonly index: VectorIndex;
  readonly version: string;
  readonly catalogue: Catalogue;
  readonly waitUntil: WaitUntil;
  readonly cache: NeighbourCache;
}

/** The items nearest to the one at `place` if the isolate holds them; a list that is no longer young is renewed beside the answer. */
export function heldNeighbours(source: NeighbourSource, place: number): RankedItems | undefined {
  const itemId = source.catalogue.idOf(place);
  const held = source.cache.get(`${source.version}~${itemId}`);
  if (held === undefined) return undefined;
  if (Date.now() - held.at >= NEIGHBOURS_FRESH_MILLISECONDS) {
    askOnce(source, itemId).catch((error: unknown) =>
      logger.warn("neighbours_not_renewed", { message: messageOf(error) }),
    );
  }
  return resolve(held, source.catalogue);
}

/**
 * The items nearest to the one at `place`, from the edge cache or the vector index.
 * @throws what the index throws
 */
export async function fetchNeighbours(source: NeighbourSource, place: number): Promise<RankedItems> {
  return resolve(await askOnce(source, source.catalogue.idOf(place)), source.catalogue);
}
