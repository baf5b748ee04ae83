import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { z } from "zod";

import { parseLakeKey } from "../../domain/lake/lake-keys.ts";

const listSchema = z.array(z.object({ key: z.string(), size: z.number() }));
const COPIES_AT_ONCE = 8;

async function get(url: string): Promise<Response> {
  const response = await fetch(url);
  if (response.ok) return response;
  throw new Error(`The runtime's storage does not answer: ${response.status} ${await response.text()}`);
}

/** The lake's files as a data scientist would pull them: copied once each, since a file's rows never change. */
export class LakeCopy {
  readonly #folder: string;
  readonly #copied = new Set<string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  get files(): number {
    return this.#copied.size;
  }

  /** Copies what has come since. @param storageUrl of the runtime as it is now */
  async update(storageUrl: string): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const listed = listSchema.parse(await (await get(`${storageUrl}/lake`)).json());
    const wanted = listed.map(({ key }) => key).filter((key) => this.#isWanted(key));
    const copyNext = async (): Promise<void> => {
      for (let key = wanted.pop(); key !== undefined; key = wanted.pop()) {
        const file = await get(`${storageUrl}/lake/${encodeURIComponent(key)}`);
        const path = join(this.#folder, key);
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, Buffer.from(await file.arrayBuffer()));
        this.#copied.add(key);
      }
    };
    await Promise.all(Array.from({ length: COPIES_AT_ONCE }, copyNext));
  }

  #isWanted(key: string): boolean {
    return !this.#copied.has(key) && parseLakeKey(key)?.kind === "small";
  }
}
