import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { addAbortSignal, Readable } from "node:stream";

import { GetObjectCommand } from "@aws-sdk/client-s3";

import type { ExportPart } from "../../domain/exports/manifest.ts";
import type { ExportsBucket } from "./bucket.ts";
import { hashOfFile, onDisk } from "./disk.ts";
import { type Partial, partialPath } from "./partial.ts";

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

/** The object is not of the size that the manifest says. */
export class OtherSize extends Error {}

// Not for appending: each piece goes to its own place. So two commands that fetch the same object into one folder write
// the same bytes to the same places, and harm nothing.
const WRITE_FLAGS = constants.O_WRONLY | constants.O_CREAT;

async function writeAt(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let written = 0; written < bytes.byteLength;) {
    written += (await file.write(bytes, written, bytes.byteLength - written, position + written)).bytesWritten;
  }
}

async function request({ bucket, key, part }: Receipt, from: Partial | null, signal: AbortSignal) {
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
  if (object.ContentLength !== part.bytes - offset) {
    body.destroy();
    throw new OtherSize(`${key} is not of ${part.bytes} bytes.`);
  }
  return { body, etag, offset };
}

/**
 * Receives a file, or what is missing of it, straight to the disk.
 * @param from what is here already
 * @param signal aborted from outside, or after `silenceMaxMilliseconds` without a byte
 * @returns the SHA-256 of the whole, in hexadecimal, and where it is kept
 * @throws what the network or the service throws; what has arrived by then is kept
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
    const { body, etag, offset } = await request(receipt, from, AbortSignal.any([signal, silence.signal]));
    const path = partialPath(receipt.path, etag);
    const hash = from !== null && offset > 0 ? await hashOfFile(from.path) : createHash("sha256");
    timer.refresh();
    await onDisk(dirname(path), () => mkdir(dirname(path), { recursive: true }));
    const file = await onDisk(path, () => open(path, WRITE_FLAGS));
    try {
      let held = offset;
      for await (const chunk of body as AsyncIterable<Buffer>) {
        await onDisk(path, () => writeAt(file, chunk, held));
        hash.update(chunk);
        held += chunk.byteLength;
        receipt.onBytes(held);
        timer.refresh();
      }
    } finally {
      await file.close();
    }
    return { sha256: hash.digest("hex"), path };
  } catch (error) {
    if (silence.signal.aborted && !signal.aborted) {
      const seconds = silenceMaxMilliseconds / 1_000;
      throw Object.assign(new Error(`no byte came for ${seconds} s`, { cause: error }), { code: "ETIMEDOUT" });
    }
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
