import { setTimeout as sleep } from "node:timers/promises";

import { z } from "zod";

import { CommandError } from "../command.ts";
import { type ApiClient, ApiRefusal } from "../runtime/api-client.ts";
import type { DevFile } from "../runtime/dev-file.ts";
import { workerLogPath } from "./wrangler-process.ts";

const ITEMS_SHOWN = 3;
const NAMES_SHOWN_MAX_CHARACTERS = 60;
/** A change of control.json is felt everywhere within 10 s; a model that was just activated may not be seen yet. */
const ATTEMPTS_MAX = 20;
const ATTEMPT_PAUSE_MILLISECONDS = 500;

const tokenSchema = z.object({ token: z.string() });
const answerSchema = z.object({
  shelves: z.array(z.object({ title: z.string(), items: z.array(z.object({ item: z.object({ name: z.string() }) })) })),
});

function recommendationPath(userId: string | null): string {
  return `/v1/recommendations?placement=home${userId === null ? "" : `&user_id=${encodeURIComponent(userId)}`}`;
}

async function waitUntilReady(api: ApiClient): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await api.request("GET", "/v1/ready");
      return;
    } catch (error) {
      if (!(error instanceof ApiRefusal) || error.code !== "not_ready" || attempt === ATTEMPTS_MAX) throw error;
      await sleep(ATTEMPT_PAUSE_MILLISECONDS);
    }
  }
}

async function firstShelf(api: ApiClient, path: string): Promise<string> {
  const answer = answerSchema.parse(await api.request("GET", path));
  const shelf = answer.shelves.find(({ items }) => items.length > 0);
  if (shelf === undefined) {
    throw new CommandError(
      "The runtime answers, but its shelves are empty: is there anything in stock in the replica?",
    );
  }
  const names = shelf.items.slice(0, ITEMS_SHOWN).map(({ item }) => item.name.slice(0, NAMES_SHOWN_MAX_CHARACTERS));
  return `${shelf.title}: ${names.join(" · ")}`;
}

async function landingPage(api: ApiClient, dev: DevFile): Promise<string> {
  const fragment = new URLSearchParams({ key: dev.publishable_key });
  if (dev.sample_user_id !== null) {
    const { token } = tokenSchema.parse(await api.request("POST", "/v1/tokens", { user_id: dev.sample_user_id }));
    fragment.set("user", dev.sample_user_id);
    fragment.set("token", token);
  }
  if (dev.sample_item_id !== null) fragment.set("item", dev.sample_item_id);
  // Behind the #: keys and tokens in a fragment reach no server and no log.
  return `${dev.url}/#${fragment.toString()}`;
}

/**
 * Asks for one recommendation and says what to open and what to try.
 * @returns the text for the person at the terminal
 * @throws CommandError when the runtime does not answer with at least one item
 */
export async function composeGreeting(api: ApiClient, dev: DevFile): Promise<string> {
  await waitUntilReady(api);
  const path = recommendationPath(dev.sample_user_id);
  const [shelf, page] = [await firstShelf(api, path), await landingPage(api, dev)];
  return `
Endcap is ready.

  Open   ${page}
  Shop   ${dev.url}/shop (a shop to click through: shelves follow what you do)
  Try    curl -H "authorization: Bearer ${dev.secret_key}" "${dev.url}${path}"
         ${shelf}
  See    ${dev.url}/dashboard (sign in with the secret key)

  Log    ${workerLogPath()}
  Keys   in dev.json beside it. Ctrl-C ends everything that was started.
`;
}
