import { z } from "zod";

import { userIdSchema } from "../../domain/events/identity.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import { ApiError } from "../api/errors.ts";

const settingsSchema = z.strictObject({
  publishable_key: z.string().startsWith("pk_"),
  customers: z.array(z.strictObject({ user_id: userIdSchema, label: z.string().min(1) })),
});
/** What a real shop has from its own database: a key for its pages, and customers who can sign in. */
export type DemoShop = z.infer<typeof settingsSchema>;

/**
 * The demo shop of this deployment.
 * @throws ApiError 404 where there is none, which is everywhere but under `npm start`
 */
export function demoShopOf(env: RuntimeEnv): DemoShop {
  // The generated type knows only the value in wrangler.toml, and production has none.
  const text: string | undefined = env.DEMO_SHOP;
  if (text === undefined || text === "") {
    throw new ApiError("not_found", "There is no demo shop here: it runs with `npm start` only.");
  }
  return settingsSchema.parse(JSON.parse(text));
}
