import { z } from "zod";

import { CommandError } from "../command.ts";
import { readDevFile } from "./dev-file.ts";

/** Whom a client speaks to, and as whom. */
export interface ApiTarget {
  /** Origin of the deployment, e.g. `http://localhost:8787`. */
  readonly url: string;
  readonly key: string;
}

/** A caller of the HTTP API. */
export interface ApiClient {
  /**
   * Sends one request.
   * @returns the parsed JSON of a 2xx answer (null for an empty one): the caller's schema makes it a type
   * @throws CommandError with the envelope's code and message for a refusal, or with what to do when nobody answers
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

function refusal(status: number, text: string): string {
  const envelope = envelopeSchema.safeParse(parseJson(text));
  if (!envelope.success) return `status ${status}: ${text.trim().slice(0, REFUSAL_TEXT_MAX_CHARACTERS)}`;
  const { code, message, requestId } = envelope.data.error;
  return `${code}: ${message}${status >= 500 && requestId !== undefined ? ` (request ${requestId})` : ""}`;
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
      if (!response.ok) throw new CommandError(`${method} ${path} was refused: ${refusal(response.status, text)}`);
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
