import { hash64 } from "../hash.ts";
import { VECTOR_ID_MAX_BYTES } from "./vector-index.ts";

const encoder = new TextEncoder();

/**
 * The id under which an item's embedding is stored: `<version>~<item id>`. Ids are index-wide (namespaces do not
 * separate them), hence the version in front. An id longer than {@link VECTOR_ID_MAX_BYTES} is `<version>~#<hash>`.
 */
export function vectorId(version: string, itemId: string): string {
  const id = `${version}~${itemId}`;
  if (encoder.encode(id).length <= VECTOR_ID_MAX_BYTES) return id;
  return `${version}~#${hash64(itemId)}${hash64(itemId, 1)}`;
}

/**
 * The item part of a vector id: the item's own id, or `#<hash>` for one that was too long, which a catalogue resolves
 * with the map made by {@link hashedItemKey}.
 */
export function itemPartOf(id: string): string {
  return id.slice(id.indexOf("~") + 1);
}

/** The `#<hash>` under which a too long item id is found again; undefined when its id fits for every version name. */
export function hashedItemKey(itemId: string): string {
  return `#${hash64(itemId)}${hash64(itemId, 1)}`;
}
