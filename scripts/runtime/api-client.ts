import { z } from "zod";

import { CommandError } from "../command.ts";
import { readDevFile } from "./dev-file.ts";

/** Whom a client speaks to, and as whom. */
export interface ApiTarget {
  /** Origin of the deployment, e.g. `http://localhost:8787`. */
  readonly url: string;
  readonly key: string;
}

/** What the API refused, as its envelope says it. */
export class ApiRefusal extends CommandError {
  readonly status: number;
  /** The envelope's code; `unknown` for an answer without an envelope. */
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** A caller of the HTTP API. */
export interface ApiClient {
  /**
   * Sends one request.
   * @returns the parsed JSON of a 2xx answer (null for an empty one): the caller's schema makes it a type
   * @throws ApiRefusal with the envelope's code and message; CommandError with what to do when nobody answers
   */
  request(method: string, path: string, body?: unknown): Promise<unknown>;
}

const REQUEST_TIMEOUT_MILLISECONDS = 60_000;
const REFUSAL_TEXT_MAX_CHARACTERS = 200;

const envelopeSchema = z.object({
  error: z.object({ code: z.string(), message: z.string(), requestId: z.string().optional() }),
});

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refusal(call: string, status: number, text: string): ApiRefusal {
  const envelope = envelopeSchema.safeParse(parseJson(text));
  if (!envelope.success) {
    const excerpt = text.trim().slice(0, REFUSAL_TEXT_MAX_CHARACTERS);
    return new ApiRefusal(status, "unknown", `${call} was refused with status ${status}: ${excerpt}`);
  }
  const { code, message, requestId } = envelope.data.error;
  // Only a fault on the other side needs its line in the log found.
  const trace = status >= 500 && requestId !== undefined ? ` (request ${requestId})` : "";
  return new ApiRefusal(status, code, `${call} was refused: ${code}: ${message}${trace}`);
}

/** A client of the deployment at `target.url`. */
export function createApiClient(target: ApiTarget): ApiClient {
  return {
    async request(method, path, body) {
      let response: Response;
      let text: string;
      try {
        response = await fetch(new URL(path, target.url), {
          method,
          headers: {
            authorization: `Bearer ${target.key}`,
            ...(body === undefined ? {} : { "content-type": "application/json" }),
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          signal: AbortSignal.timeout(REQUEST_TIMEOUT_MILLISECONDS),
        });
        text = await response.text();
      } catch (error) {
        const late = error instanceof DOMException && error.name === "TimeoutError";
        throw new CommandError(
          late
            ? `${target.url} did not answer ${method} ${path} within ${REQUEST_TIMEOUT_MILLISECONDS / 1_000} s.`
            : `Nothing answers at ${target.url}. Is it running? Start it with \`npm start\`.`,
          { cause: error },
        );
      }
      if (!response.ok) throw refusal(`${method} ${path}`, response.status, text);
      if (text === "") return null;
      const parsed = parseJson(text);
      if (parsed === undefined) throw new CommandError(`${method} ${path} answered something that is not JSON.`);
      return parsed;
    },
  };
}

/** A client of the deployment that ENDCAP_URL and ENDCAP_SECRET_KEY name, else of the one that `npm start` runs. */
export function clientFromEnvironment(): ApiClient {
  const { ENDCAP_URL: url, ENDCAP_SECRET_KEY: key } = process.env;
  if (url !== undefined && key !== undefined) return createApiClient({ url, key });
  if (url !== undefined || key !== undefined) {
    throw new CommandError("Set both ENDCAP_URL and ENDCAP_SECRET_KEY, or neither to use what `npm start` runs.");
  }
  const dev = readDevFile();
  return createApiClient({ url: dev.url, key: dev.secret_key });
}
