/**
 * A question to Endcap and its answer, as they went over the wire.
 * @typedef {{ resource: "events" | "recommendations", at: number, milliseconds: number, status: number | null,
 *   asked: any, answered: any }} Exchange
 */

const RESOURCE = /^\/v1\/(events|recommendations)$/;

/** @param {string} body */
function parsed(body) {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

/** @param {URL} address @param {RequestInit | undefined} init */
function questionOf(address, init) {
  return typeof init?.body === "string" ? parsed(init.body) : Object.fromEntries(address.searchParams);
}

/**
 * Lets the demo show what its client says: every exchange with Endcap is told after it is over. Nothing about the
 * exchange itself changes.
 * @param {(exchange: Exchange) => void} tell
 */
export function watchWire(tell) {
  const plain = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const address = new URL(input instanceof Request ? input.url : String(input), location.href);
    const resource = /** @type {Exchange["resource"] | undefined} */ (RESOURCE.exec(address.pathname)?.[1]);
    if (resource === undefined) return plain(input, init);
    const [at, begun] = [Date.now(), performance.now()];
    /** @param {number | null} status @param {any} answered */
    const end = (status, answered) =>
      tell({
        resource,
        at,
        milliseconds: performance.now() - begun,
        status,
        asked: questionOf(address, init),
        answered,
      });
    try {
      const response = await plain(input, init);
      const copy = response.clone();
      void copy.text().then(
        (text) => end(response.status, parsed(text)),
        () => end(null, null),
      );
      return response;
    } catch (error) {
      end(null, null);
      throw error;
    }
  };
}
