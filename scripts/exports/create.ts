import { setTimeout } from "node:timers/promises";
import { z } from "zod";

import { CommandError } from "../command.ts";

/** The part of the API client that exports need. */
export interface ApiRequester {
  request(method: string, path: string, body?: unknown): Promise<unknown>;
}

const POLL_MILLISECONDS = 250;
/** An export that is not ready by then is left to itself; `exports list` tells how it ended. */
export const EXPORT_WAIT_MAX_MILLISECONDS = 60 * 60 * 1000;

const createdSchema = z.object({ id: z.string() });
const stateSchema = z.object({ state: z.enum(["running", "complete", "failed"]), error: z.string().nullable() });

/**
 * Starts an export and waits until it is complete.
 * @param onWait told with each look, in milliseconds since the start
 * @returns the export's id
 * @throws CommandError when it fails or takes longer than {@link EXPORT_WAIT_MAX_MILLISECONDS}
 */
export async function createExport(api: ApiRequester, onWait: (milliseconds: number) => void): Promise<string> {
  const { id } = createdSchema.parse(await api.request("POST", "/v1/exports"));
  for (let waited = 0; waited < EXPORT_WAIT_MAX_MILLISECONDS; waited += POLL_MILLISECONDS) {
    const { state, error } = stateSchema.parse(await api.request("GET", `/v1/exports/${id}`));
    if (state === "complete") return id;
    if (state === "failed") throw new CommandError(`Export ${id} failed: ${error ?? "no reason was given"}.`);
    onWait(waited);
    await setTimeout(POLL_MILLISECONDS);
  }
  throw new CommandError(`Export ${id} is still running; look again with \`endcap exports list\`.`);
}
