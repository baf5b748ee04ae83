import type { Context } from "hono";

import type { ApiEnv } from "./context.ts";
import { ApiError } from "./errors.ts";

/**
 * Reads a JSON body of at most `maxBytes`. `text/plain` is taken too: it is what a beacon, which needs no preflight,
 * can send.
 * @throws ApiError 413 (read no further than the bound), 415 or 400 `invalid_json`.
 */
export async function readJson(context: Context<ApiEnv>, maxBytes: number): Promise<unknown> {
  const type = (context.req.header("content-type") ?? "application/json").split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json" && type !== "text/plain") {
    throw new ApiError("unsupported_media_type", "Send the body as application/json or text/plain.");
  }
  const tooLarge = (): ApiError => new ApiError("body_too_large", `The body may hold at most ${maxBytes} bytes.`);
  if (Number(context.req.header("content-length") ?? 0) > maxBytes) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const body: ReadableStream<Uint8Array> | null = context.req.raw.body;
  if (body !== null) {
    for await (const chunk of body) {
      bytes += chunk.byteLength;
      // Leaving the loop cancels the stream: nothing more is read.
      if (bytes > maxBytes) throw tooLarge();
      chunks.push(chunk);
    }
  }
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(Buffer.concat(chunks)));
  } catch {
    throw new ApiError("invalid_json", "The body is not valid JSON in UTF-8.");
  }
}
