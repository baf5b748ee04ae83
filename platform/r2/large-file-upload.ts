import { createHash } from "node:crypto";

/** All parts of a multipart upload but the last have this size; R2 asks for at least 5 MiB. */
const PART_BYTES = 8 * 1024 * 1024;
const PARQUET = "application/vnd.apache.parquet";

/** What was put. */
export interface UploadedFile {
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Puts an object of any size piece by piece, with one part in memory. It is there when {@link finish} has ended, and
 * nothing of it before; an upload that is never finished is removed by R2 after a week.
 */
export class LargeFileUpload {
  readonly #bucket: R2Bucket;
  readonly #key: string;
  readonly #content: { readonly httpMetadata: { readonly contentType: string } };
  readonly #hash = createHash("sha256");
  readonly #parts: R2UploadedPart[] = [];
  #upload: R2MultipartUpload | null = null;
  #waiting = new Uint8Array(PART_BYTES);
  #waitingBytes = 0;
  #bytes = 0;

  constructor(bucket: R2Bucket, key: string, contentType = PARQUET) {
    this.#bucket = bucket;
    this.#key = key;
    this.#content = { httpMetadata: { contentType } };
  }

  async write(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#hash.update(bytes);
    this.#bytes += bytes.byteLength;
    let from = 0;
    while (from < bytes.byteLength) {
      const taken = bytes.subarray(from, from + PART_BYTES - this.#waitingBytes);
      this.#waiting.set(taken, this.#waitingBytes);
      this.#waitingBytes += taken.byteLength;
      from += taken.byteLength;
      if (this.#waitingBytes === PART_BYTES) await this.#putPart();
    }
  }

  async finish(): Promise<UploadedFile> {
    if (this.#upload === null) {
      await this.#bucket.put(this.#key, this.#waiting.subarray(0, this.#waitingBytes), this.#content);
    } else {
      if (this.#waitingBytes > 0) await this.#putPart();
      await this.#upload.complete(this.#parts);
    }
    return { bytes: this.#bytes, sha256: this.#hash.digest("hex") };
  }

  async #putPart(): Promise<void> {
    this.#upload ??= await this.#bucket.createMultipartUpload(this.#key, this.#content);
    const part = this.#waiting.subarray(0, this.#waitingBytes);
    this.#parts.push(await this.#upload.uploadPart(this.#parts.length + 1, part));
    this.#waiting = new Uint8Array(PART_BYTES);
    this.#waitingBytes = 0;
  }
}
