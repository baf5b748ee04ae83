import config from "#shop-config";
import type { InteractionMessage } from "../../../domain/events/interaction.ts";
import type { RuntimeEnv } from "../../../platform/env.ts";
import { writeFollowers } from "../../../platform/d1/sync-state-store.ts";
import { loadCatalogue } from "../../../platform/r2/catalogue-store.ts";
import worker from "../../../workers/index.ts";
import { publishCatalogue } from "../../../workers/workflows/publish-catalogue.ts";
import { followersLag } from "../../../workers/workflows/sync/followers.ts";

export * from "../../../workers/index.ts";

/** What trends, best first, in a snapshot that is made now. */
async function published(env: RuntimeEnv, now: Date): Promise<string[]> {
  const { version } = await publishCatalogue(env, config, 1, now);
  await writeFollowers(env.DB, { run: 1, model: null, at: now.getTime() });
  const catalogue = await loadCatalogue(env.RUNTIME, version);
  return Array.from(catalogue.trending.items, (place) => catalogue.idOf(place));
}

/**
 * The Worker, and what a sync does at its end as at another time (`at=MILLISECONDS`): a snapshot (`/v1/published`), and
 * whether one is due (`/v1/due`).
 */
export default {
  ...worker,
  async fetch(request, env, context) {
    const url = new URL(request.url);
    const now = new Date(Number(url.searchParams.get("at")));
    if (url.pathname === "/v1/published") return Response.json(await published(env, now));
    if (url.pathname === "/v1/due") return Response.json(await followersLag(env, now));
    return worker.fetch(request, env, context);
  },
} satisfies ExportedHandler<RuntimeEnv, InteractionMessage>;
