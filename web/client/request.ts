/** Requests that Endcap may still be working on. */
const underWay = new Set<Promise<Response>>();

/** The same as `fetch`, given up after some milliseconds, and known to be under way. */
export function request(address: string | URL, timeout: number, options?: RequestInit): Promise<Response> {
  const asked = fetch(address, { ...options, signal: AbortSignal.timeout(timeout) });
  underWay.add(asked);
  void Promise.allSettled([asked]).then(() => underWay.delete(asked));
  return asked;
}

/** Says something now, and again after all that is under way, which Endcap may otherwise hear later. */
export function sayLast(say: () => unknown): void {
  if (underWay.size > 0) void Promise.allSettled(underWay).then(say);
  say();
}
