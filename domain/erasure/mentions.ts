import { keyMeaning } from "../quarantine/personal-keys.ts";
import { rowKeyText } from "../sync/key.ts";

/** An id shorter than this may be any number: in a longer text it is not looked for. */
const TELLING_ID_LENGTH = 8;

/** Who is looked for in originals of what could not be taken: there people stand under their own ids. */
export interface KnownPerson {
  readonly userId: string;
  /** `c:…`: browsers that signed in as the user. */
  readonly clients: ReadonlySet<string>;
  /** The pseudonyms of all of these. */
  readonly pseudonyms: ReadonlySet<string>;
  /** Columns of the source that hold ids of users. */
  readonly userColumns: ReadonlySet<string>;
}

function namesBy(key: string, text: string, { userId, clients, userColumns }: KnownPerson): boolean {
  const meaning = userColumns.has(key) ? "user" : keyMeaning(key);
  return (meaning === "user" && text === userId) || (meaning === "client" && clients.has(`c:${text}`));
}

function isIn(key: string, text: string, person: KnownPerson): boolean {
  const { userId, clients, pseudonyms } = person;
  if (text === `u:${userId}` || clients.has(text) || pseudonyms.has(text) || namesBy(key, text, person)) return true;
  if (userId.length >= TELLING_ID_LENGTH && text.includes(userId)) return true;
  return [...clients].some((client) => text.includes(client.slice("c:".length)));
}

/** The keys under which the sync knows a user, and the beginning of those of the user's ratings. */
export function rowKeysOf(userId: string): { readonly user: string; readonly ratings: string } {
  return { user: rowKeyText([userId]), ratings: `${JSON.stringify([userId]).slice(0, -1)},` };
}

/** Whether a row of the source that was set aside is the person's own, by its key. */
function isOwnRow(value: object, { userId }: KnownPerson): boolean {
  const { entity, row_key: key } = value as { entity?: unknown; row_key?: unknown };
  if (typeof key !== "string") return false;
  const own = rowKeysOf(userId);
  return (entity === "users" && key === own.user) || (entity === "ratings" && key.startsWith(own.ratings));
}

/**
 * Whether JSON speaks of a person: by an id with its kind (`u:…`, `c:…`), by an id under a key that says whose it is, by
 * a pseudonym, or, where the id is long enough to be nobody else's, anywhere in a text.
 */
export function mentions(value: unknown, person: KnownPerson): boolean {
  // Not by recursion: what could not be taken may nest without end.
  const left: [key: string, value: unknown][] = [["", value]];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const [key, one] = next;
    if (typeof one === "string" || typeof one === "number") {
      if (isIn(key, String(one), person)) return true;
    } else if (Array.isArray(one)) {
      for (const member of one) left.push([key, member]);
    } else if (typeof one === "object" && one !== null) {
      if (isOwnRow(one, person)) return true;
      for (const [name, member] of Object.entries(one)) {
        if (isIn("", name, person)) return true;
        left.push([name, member]);
      }
    }
  }
  return false;
}
