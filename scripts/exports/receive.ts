import { createHash } from "node:crypto";
import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { addAbortSignal, Readable } from "node:stream";

import { GetObjectCommand } from "@aws-sdk/client-s3";

import type { ExportPart } from "../../domain/exports/manifest.ts";
import type { ExportsBucket } from "./bucket.ts";
import { hashOfFile, onDisk } from "./disk.ts";
import { newPartialPath, type Partial } from "./partial.ts";

/** What is to be received. */
export interface Receipt {
  readonly bucket: ExportsBucket;
  readonly key: string;
  /** The file's final name; what arrives is kept beside it. */
  readonly path: string;
  readonly part: ExportPart;
  /** Told with each piece, in bytes that are here now. */
  readonly onBytes: (bytes: number) => void;
}

async function writeAt(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let written = 0; written < bytes.byteLength;) {
    written += (await file.write(bytes, written, bytes.byteLength - written, position + written)).bytesWritten;
  }
}

async function request({ bucket, key }: Receipt, from: Partial | null, signal: AbortSignal) {
  const isContinued = from !== null && from.bytes > 0;
  const object = await bucket.client.send(
    new GetObjectCommand({
      Bucket: bucket.bucket,
      Key: key,
      // Only of the object that the beginning is of: 412 for another one.
      ...(isContinued ? { Range: `bytes=${from.bytes}-`, IfMatch: from.etag } : {}),
    }),
    { abortSignal: signal },
  );
  const { Body: body, ETag: etag } = object;
  if (!(body instanceof Readable) || etag === undefined) throw new Error(`${key} came without a body or an ETag.`);
  addAbortSignal(signal, body);
  const offset = isContinued && object.ContentRange !== undefined ? from.bytes : 0;
  return { body, etag, offset };
}

/** Writes what comes to the disk. @returns the SHA-256 of the whole, in hexadecimal, and where it is kept */
async function keep(
  { path: finalPath, onBytes }: Receipt,
  from: Partial | null,
  { body, etag, offset }: Awaited<ReturnType<typeof request>>,
  onPiece: () => void,
): Promise<{ sha256: string; path: string }> {
  const isContinued = from !== null && offset > 0;
  const path = isContinued ? from.path : newPartialPath(finalPath, etag);
  // No more than was there when we asked: another command may be adding to it.
  const hash = isContinued ? await hashOfFile(path, offset) : createHash("sha256");
  await onDisk(dirname(path), () => mkdir(dirname(path), { recursive: true }));
  // Not for appending: each piece goes to its own place, so that another command that goes on with the same beginning
  // writes the same bytes to the same places.
  const file = await onDisk(path, () => open(path, isContinued ? "r+" : "wx"));
  try {
    let held = offset;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      await onDisk(path, () => writeAt(file, chunk, held));
      hash.update(chunk);
      held += chunk.byteLength;
      onBytes(held);
      onPiece();
    }
  } finally {
    await file.close();
  }
  return { sha256: hash.digest("hex"), path };
}

/**
 * Receives a file, or what is missing of it, straight to the disk.
 * @param from what is here already
 * @param signal aborted from outside
 * @param silenceMaxMilliseconds without a byte, after which it is given up
 * @returns the SHA-256 of the whole, in hexadecimal, and where it is kept
 * @throws what the network, the service or the disk throws; what has arrived by then is kept
 */
export async function receive(
  receipt: Receipt,
  from: Partial | null,
  signal: AbortSignal,
  silenceMaxMilliseconds: number,
): Promise<{ sha256: string; path: string }> {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), silenceMaxMilliseconds);
  try {
    const answer = await request(receipt, from, AbortSignal.any([signal, silence.signal]));
    try {
      return await keep(receipt, from, answer, () => timer.refresh());
    } finally {
      // A body that nobody reads to its end would hold its connection for good, and there are only so many.
      answer.body.destroy();
    }
  } catch (error) {
    if (!silence.signal.aborted || signal.aborted) throw error;
    const seconds = silenceMaxMilliseconds / 1_000;
    throw Object.assign(new Error(`no byte came for ${seconds} s`, { cause: error }), { code: "ETIMEDOUT" });
  } finally {
    clearTimeout(timer);
  }
}
