import { performance } from "node:perf_hooks";

import { Client, type Dispatcher } from "undici";

/** One request of a load. */
export interface LoadRequest {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What a load measured. Times in milliseconds. */
export interface LoadResult {
  readonly requests: number;
  readonly errors: number;
  /** What the first request that failed was answered. */
  readonly firstError: string | null;
  readonly seconds: number;
  readonly bytes: number;
  readonly latencies: Float64Array;
}

/** The value below which `share` (0–1) of the sorted values lie. */
export function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/** Median of some figures. */
export function median(values: readonly number[]): number {
  return quantile(Float64Array.from(values).sort(), 0.5);
}

const FAILURE_MAX_CHARACTERS = 300;

interface Outcome {
  readonly bytes: number;
  /** Null for a 2xx answer. */
  readonly failure: string | null;
  /** Whether the connection ended before anything was answered. */
  readonly isCut: boolean;
}

/** undici's lowest level: a fifth of the cost of `fetch`, so that the load does not become the bottleneck. */
function sendOnce(client: Client, request: LoadRequest): Promise<Outcome> {
  return new Promise((resolve) => {
    let status = 0;
    let bytes = 0;
    let refusal = "";
    const isRefused = (): boolean => status < 200 || status >= 300;
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart() {},
      onResponseStart(_controller, statusCode) {
        status = statusCode;
      },
      onResponseData(_controller, chunk) {
        bytes += chunk.length;
        if (isRefused()) refusal += chunk.toString();
      },
      onResponseEnd() {
        const text = `${status} ${refusal.slice(0, FAILURE_MAX_CHARACTERS)}`;
        resolve({ bytes, failure: isRefused() ? text : null, isCut: false });
      },
      onResponseError(_controller, error) {
        resolve({ bytes, failure: error.message, isCut: status === 0 });
      },
    };
    client.dispatch({ ...request, body: request.body ?? null, headers: request.headers ?? {} }, handler);
  });
}

/**
 * Sends a request, and once more where its connection was closed unanswered. workerd closes connections on which
 * nothing came for five seconds; when it stood still for as long itself (a slow disk), it finds all of them so, with
 * requests waiting in them. An event counts once, however often it is sent, and both times are in the latency.
 */
async function send(client: Client, request: LoadRequest): Promise<Outcome> {
  const outcome = await sendOnce(client, request);
  return outcome.isCut ? sendOnce(client, request) : outcome;
}

async function closedLoop(
  url: string,
  connections: number,
  next: (n: number) => LoadRequest,
  goesOn: (sent: number) => boolean,
): Promise<LoadResult> {
  const clients = Array.from({ length: connections }, () => new Client(url, { pipelining: 1 }));
  const latencies: number[] = [];
  let errors = 0;
  let firstError: string | null = null;
  let bytes = 0;
  let sent = 0;
  const start = performance.now();
  await Promise.all(
    clients.map(async (client) => {
      while (goesOn(sent)) {
        const at = performance.now();
        const outcome = await send(client, next(sent++));
        latencies.push(performance.now() - at);
        bytes += outcome.bytes;
        if (outcome.failure !== null) errors++;
        firstError ??= outcome.failure;
      }
    }),
  );
  const seconds = (performance.now() - start) / 1000;
  await Promise.all(clients.map((client) => client.close()));
  return {
    requests: latencies.length,
    errors,
    firstError,
    seconds,
    bytes,
    latencies: Float64Array.from(latencies).sort(),
  };
}

/**
 * Closed loop: `connections` clients, each sending its next request when the last one was answered, for `seconds`.
 * @param next the n-th request of the load
 */
export function saturate(
  url: string,
  connections: number,
  seconds: number,
  next: (n: number) => LoadRequest,
): Promise<LoadResult> {
  const end = performance.now() + seconds * 1000;
  return closedLoop(url, connections, next, () => performance.now() < end);
}

/** Closed loop over exactly `count` requests: for what must be sent once each. */
export function sendEach(
  url: string,
  connections: number,
  count: number,
  next: (n: number) => LoadRequest,
  progress: (sent: number, count: number) => void,
): Promise<LoadResult> {
  return closedLoop(url, connections, next, (sent) => {
    progress(sent, count);
    return sent < count;
  });
}

/** What a load tells while it runs. */
export interface LoadWatch {
  progress?(done: number, total: number): void;
  /** The `position`-th request of the n-th turn was answered with success. */
  succeeded?(n: number, position: number): void;
}

/**
 * Open loop: requests leave at a fixed rate whatever the answers do, and a request that had to wait for a connection
 * counts its waiting (no coordinated omission).
 */
export async function sendAtRate(
  url: string,
  connections: number,
  perSecond: number,
  seconds: number,
  next: (n: number) => LoadRequest | readonly LoadRequest[],
  watch: LoadWatch = {},
): Promise<LoadResult> {
  const idle = Array.from({ length: connections }, () => new Client(url, { pipelining: 1 }));
  const clients = [...idle];
  const total = Math.max(1, Math.round(perSecond * seconds));
  const waiting: (() => void)[] = [];
  const latencies: number[] = [];
  let errors = 0;
  let firstError: string | null = null;
  let bytes = 0;
  const start = performance.now();
  const runOne = async (n: number, due: number): Promise<void> => {
    let client = idle.pop();
    if (client === undefined) {
      await new Promise<void>((resolve) => waiting.push(resolve));
      client = idle.pop();
    }
    if (client === undefined) throw new Error("A connection was announced and is not there.");
    const requests = next(n);
    const sequence = Array.isArray(requests) ? (requests as LoadRequest[]) : [requests as LoadRequest];
    for (const [position, request] of sequence.entries()) {
      const outcome = await send(client, request);
      if (outcome.failure === null) watch.succeeded?.(n, position);
      bytes += outcome.bytes;
      if (outcome.failure !== null) errors++;
      firstError ??= outcome.failure;
    }
    latencies.push(performance.now() - due);
    idle.push(client);
    waiting.shift()?.();
  };
  const running: Promise<void>[] = [];
  for (let n = 0; n < total;) {
    const now = performance.now();
    while (n < total && start + (n * 1000) / perSecond <= now) {
      running.push(runOne(n, start + (n * 1000) / perSecond));
      n++;
    }
    watch.progress?.(latencies.length, total);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(running);
  const took = (performance.now() - start) / 1000;
  await Promise.all(clients.map((client) => client.close()));
  return {
    requests: latencies.length,
    errors,
    firstError,
    seconds: took,
    bytes,
    latencies: Float64Array.from(latencies).sort(),
  };
}
