import { ReplicaError } from "../../domain/sync/replica.ts";
import { ATTEMPTS_MAX, REDIRECTS_MAX } from "./limits.ts";
import { readBoundedText } from "./read-body.ts";
import { retryDelay } from "./retry-after.ts";

/** What a request needs of the world. */
export interface HttpWorld {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly timeoutMilliseconds: number;
}

/** An answer with a body, or none because the shop has nothing at this address. */
export type HttpAnswer =
  | { readonly kind: "found"; readonly text: string; readonly headers: Headers; readonly url: string }
  | { readonly kind: "missing" };

/** One attempt: its answer, or why another one may succeed. */
type Attempt = HttpAnswer | { readonly kind: "failed"; readonly why: string; readonly retryAfter: string | null };

const NOT_FOUND = 404;
const TOO_MANY_REQUESTS = 429;
const SERVER_ERROR_MIN = 500;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** An address as it may be shown: without user, password and query, where a secret could stand. */
function shown(url: URL): string {
  return `${url.origin}${url.pathname}`;
}

/** An error of the source in one plain line. It has no cause: what fetch throws may repeat a header or an address. */
export function httpError(url: URL, why: string, options: { readonly schema?: boolean } = {}): ReplicaError {
  return new ReplicaError(`The shop's API cannot be read: GET ${shown(url)} ${why}.`, options);
}

/** Why fetch failed, from its error's codes alone: its messages may repeat the token. */
function failureOf(thrown: unknown, timeoutMilliseconds: number): string {
  if (!(thrown instanceof Error)) return "failed";
  if (thrown.name === "TimeoutError") return `gave no whole answer within ${timeoutMilliseconds / 1000} s`;
  const code: unknown = thrown.cause instanceof Error && "code" in thrown.cause ? thrown.cause.code : null;
  return typeof code === "string" ? `failed (${code})` : "failed: no connection, or it broke";
}

/** @throws ReplicaError unless `url` has the origin that the token is for */
export function requireOrigin(url: URL, origin: string, from: URL): void {
  if (url.origin === origin) return;
  throw httpError(from, `leads to ${url.origin}: the token is for ${origin} only`);
}

/** Redirects are followed by hand: the platform's own following could take the token to another origin. */
async function follow(world: HttpWorld, url: URL, init: RequestInit): Promise<{ response: Response; at: URL }> {
  let at = url;
  for (let redirects = 0; ; redirects++) {
    const response = await world.fetch(at.href, init);
    const location = response.headers.get("location");
    if (!REDIRECTS.has(response.status) || location === null) return { response, at };
    await response.body?.cancel();
    if (!URL.canParse(location, at.href)) throw httpError(at, "redirects to what is no address");
    const next = new URL(location, at);
    requireOrigin(next, url.origin, at);
    if (redirects === REDIRECTS_MAX) throw httpError(url, `redirects more than ${REDIRECTS_MAX} times`);
    at = next;
  }
}

async function attempt(world: HttpWorld, url: URL, headers: Readonly<Record<string, string>>): Promise<Attempt> {
  try {
    const signal = AbortSignal.timeout(world.timeoutMilliseconds);
    const init: RequestInit = { headers, signal, redirect: "manual", cache: "no-store" };
    const { response, at } = await follow(world, url, init);
    const { status } = response;
    if (response.ok) {
      const text = await readBoundedText(response);
      if (text === null) throw httpError(url, "answered with too much: ask for smaller pages (sync.pageRows)");
      return { kind: "found", text, headers: response.headers, url: at.href };
    }
    await response.body?.cancel();
    if (status === NOT_FOUND) return { kind: "missing" };
    if (status !== TOO_MANY_REQUESTS && status < SERVER_ERROR_MIN) throw httpError(url, `answered ${status}`);
    return { kind: "failed", why: `answered ${status}`, retryAfter: response.headers.get("retry-after") };
  } catch (error) {
    if (error instanceof ReplicaError) throw error;
    return { kind: "failed", why: failureOf(error, world.timeoutMilliseconds), retryAfter: null };
  }
}

/**
 * Gets one address with the shop's token, and tries again where that can help: broken connections, 429 and 5xx.
 * @throws ReplicaError in one plain line without the token, after ATTEMPTS_MAX attempts or at once for any other refusal
 */
export async function request(world: HttpWorld, url: URL, token: string | null): Promise<HttpAnswer> {
  const headers = {
    accept: "application/json",
    "user-agent": "endcap",
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
  };
  for (let tried = 1; ; tried++) {
    const answer = await attempt(world, url, headers);
    if (answer.kind !== "failed") return answer;
    if (tried === ATTEMPTS_MAX) throw httpError(url, `${answer.why} (${ATTEMPTS_MAX} attempts)`);
    await world.sleep(retryDelay(answer.retryAfter, tried, world.now()));
  }
}
