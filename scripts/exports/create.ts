import { setTimeout } from "node:timers/promises";
import { z } from "zod";

import { CommandError } from "../command.ts";
import type { ApiClient } from "../runtime/api-client.ts";

/** What an export is asked to be; what is left out is as usual. */
export interface CreateRequest {
  readonly csv?: true;
  /** ISO 8601. */
  readonly as_of?: string;
  readonly user_ids?: "raw";
}

const FIRST_POLL_MILLISECONDS = 250;
/** A long export is asked about more and more rarely, at last this often. */
const LAST_POLL_MILLISECONDS = 5_000;
const POLL_GROWTH = 1.2;
/** An export that is not ready by then is left to itself; `exports list` tells how it ended. */
const WAIT_MAX_MILLISECONDS = 2 * 60 * 60 * 1_000;

const createdSchema = z.object({ id: z.string() });
const stateSchema = z.object({
  state: z.enum(["running", "complete", "failed", "removed"]),
  error: z.string().nullable(),
});

/**
 * Starts an export and waits until it is complete.
 * @param onWait told with each look: the export's id, and the milliseconds waited
 * @returns the export's id
 * @throws CommandError when it fails or takes longer than {@link WAIT_MAX_MILLISECONDS}
 */
export async function createExport(
  api: ApiClient,
  request: CreateRequest,
  onWait: (id: string, milliseconds: number) => void,
): Promise<string> {
  const { id } = createdSchema.parse(await api.request("POST", "/v1/exports", request));
  let pause = FIRST_POLL_MILLISECONDS;
  for (let waited = 0; waited < WAIT_MAX_MILLISECONDS; waited += pause) {
    const { state, error } = stateSchema.parse(await api.request("GET", `/v1/exports/${id}`));
    if (state === "complete") return id;
    if (state === "failed") throw new CommandError(`Export ${id} failed: ${error ?? "no reason was given"}`);
    if (state === "removed") throw new CommandError(`Export ${id} was removed by newer ones while we waited.`);
    onWait(id, waited);
    await setTimeout(pause);
    pause = Math.min(pause * POLL_GROWTH, LAST_POLL_MILLISECONDS);
  }
  throw new CommandError(`Export ${id} is still running; look again with \`endcap exports list\`.`);
}
