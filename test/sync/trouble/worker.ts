import { z } from "zod";

import type { InteractionMessage } from "../../../domain/events/interaction.ts";
import { CONTROL_OBJECT_KEY } from "../../../domain/control/control.ts";
import type { RuntimeEnv } from "../../../platform/env.ts";
import worker from "../../../workers/index.ts";

export * from "../../../workers/index.ts";

const sqlSchema = z.object({ sql: z.string() });

/**
 * The Worker as it is deployed, and what a test in another process needs to see of its storage: `POST /v1/sql` asks D1,
 * `PUT /v1/control` puts the keys in place.
 */
export default {
  ...worker,
  async fetch(request, env, context) {
    const { pathname } = new URL(request.url);
    if (pathname === "/v1/sql") {
      const { sql } = sqlSchema.parse(await request.json());
      return Response.json((await env.DB.prepare(sql).all()).results);
    }
    if (pathname === "/v1/control") {
      await env.RUNTIME.put(CONTROL_OBJECT_KEY, await request.text());
      return new Response(null, { status: 204 });
    }
    return worker.fetch(request, env, context);
  },
} satisfies ExportedHandler<RuntimeEnv, InteractionMessage>;
