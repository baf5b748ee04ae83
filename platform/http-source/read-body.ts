import { ANSWER_MAX_BYTES } from "./limits.ts";

/**
 * The body as text, or null as soon as it is longer than ANSWER_MAX_BYTES: an endless answer must not fill the isolate.
 * What a `Content-Length` promises is not enough, since a compressed body grows.
 */
export async function readBoundedText(response: Response): Promise<string | null> {
  if (response.body === null) return "";
  // Named, because the body's type says nothing of its chunks under Node's own types.
  const reader: ReadableStreamDefaultReader<Uint8Array> = response.body.getReader();
  const decoder = new TextDecoder();
  const parts: string[] = [];
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    bytes += value.byteLength;
    if (bytes > ANSWER_MAX_BYTES) {
      await reader.cancel();
      return null;
    }
    parts.push(decoder.decode(value, { stream: true }));
  }
  return parts.join("") + decoder.decode();
}
