import { z } from "zod";

import { signInSchema } from "../../dashboard.ts";
import { time } from "../answers.ts";
import type { Resource } from "../operation.ts";

/** `/v1/dashboard`. */
export const dashboard: Resource = {
  name: "Dashboard",
  description:
    "Signing in to look. The cookie `endcap_dashboard` then stands in for a key where somebody looks, never where something changes.",
  operations: [
    {
      method: "post",
      path: "/v1/dashboard/session",
      id: "signIn",
      summary: "Exchange a secret key for a cookie",
      access: { kind: "everybody" },
      body: { schema: signInSchema },
      fields: { key: "A secret key with `analytics:read`." },
      answers: [{ status: 204, description: "Signed in for eight hours.", schema: null }],
      refusals: ["invalid_key", "insufficient_scope", "secret_key_required", "origin_not_allowed", "not_ready"],
      example: { body: { key: "sk_…" } },
    },
    {
      method: "get",
      path: "/v1/dashboard/session",
      id: "getSession",
      summary: "Tell who is signed in",
      access: { kind: "viewer", scopes: ["analytics:read"] },
      answers: [
        {
          status: 200,
          description: "Who looks, and what a page needs to know of the shop.",
          schema: z
            .strictObject({
              viewer: z.string(),
              via: z.enum(["key", "session", "access"]),
              expires_at: time.nullable(),
              shop: z.string(),
              currency: z.string(),
              timezone: z.string(),
            })
            .meta({ id: "DashboardSession" }),
          example: {
            viewer: "analyst",
            via: "session",
            expires_at: "2026-11-21T18:00:00.000Z",
            shop: "Scale model shop",
            currency: "USD",
            timezone: "Europe/Amsterdam",
          },
        },
      ],
      example: {},
    },
    {
      method: "delete",
      path: "/v1/dashboard/session",
      id: "signOut",
      summary: "Sign out",
      access: { kind: "everybody" },
      answers: [{ status: 204, description: "Signed out.", schema: null }],
      example: {},
    },
  ],
};
