import { readRange } from "./byte-range.ts";

/** A file as HTTP gives it out. Its bytes never change: its name says which export it is of. */
export interface ServedFile {
  /** What a browser saves it as. */
  readonly downloadName: string;
  readonly contentType: string;
  readonly bytes: number;
  /** Hexadecimal, of the whole file. */
  readonly sha256: string;
  /** Opens the file, or a part of it. @throws Error when what is stored is not this file */
  readonly open: (part: { offset: number; length: number } | null) => Promise<BodyInit>;
}

function listed(header: string): string[] {
  return header.split(",").map((tag) => tag.trim().replace(/^W\//, ""));
}

/** RFC 9110, 13.1.2: weak comparison; `*` is any. */
function hasAlready(header: string | null, etag: string): boolean {
  return header !== null && (header.trim() === "*" || listed(header).includes(etag));
}

/**
 * Answers GET or HEAD for a file: `If-None-Match`, then `If-Range` and `Range` (RFC 9110, 13.2.2). The body is streamed.
 * The entity tag is the SHA-256, so that a download may go on only with the bytes that it began with.
 */
export async function answerFile(request: Request, file: ServedFile): Promise<Response> {
  const etag = `"${file.sha256}"`;
  const headers = new Headers({
    "accept-ranges": "bytes",
    // Not for shared caches: whoever may read it is asked each time. Nor may one on the way compress it, for a range
    // is of these bytes.
    "cache-control": "private, no-transform",
    "content-disposition": `attachment; filename="${file.downloadName}"`,
    "content-type": file.contentType,
    etag,
    "repr-digest": `sha-256=:${Buffer.from(file.sha256, "hex").toString("base64")}:`,
  });
  if (hasAlready(request.headers.get("if-none-match"), etag)) return new Response(null, { status: 304, headers });

  const condition = request.headers.get("if-range");
  const isRangeMeant = request.method === "GET" && (condition === null || condition.trim() === etag);
  const range = readRange((isRangeMeant ? request.headers.get("range") : null) ?? undefined, file.bytes);
  if (range.kind === "unsatisfiable")
    return new Response(null, {
      status: 416,
      headers: { "accept-ranges": "bytes", "content-range": `bytes */${file.bytes}`, etag },
    });
  const length = range.kind === "part" ? range.length : file.bytes;
  headers.set("content-length", String(length));
  if (range.kind === "part")
    headers.set("content-range", `bytes ${range.offset}-${range.offset + length - 1}/${file.bytes}`);
  const body = request.method === "HEAD" ? null : await file.open(range.kind === "part" ? range : null);
  return new Response(body, { status: range.kind === "part" ? 206 : 200, headers });
}
