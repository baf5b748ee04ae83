import { Hono } from "hono";

import { answerSimilar } from "./recommendations/similar.ts";
import type { ApiEnv } from "./context.ts";

/** `/v1/items`. */
export const itemRoutes = new Hono<ApiEnv>();

itemRoutes.get("/:id/similar", (context) => answerSimilar(context, context.req.param("id"), context.req.query()));
