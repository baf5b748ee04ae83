import { z } from "zod";

import { tokenRequestSchema } from "../../tokens.ts";
import { time } from "../answers.ts";
import type { Resource } from "../operation.ts";

/** `/v1/tokens`. */
export const tokens: Resource = {
  name: "Shopper tokens",
  description:
    "With a token a browser may speak for one user. Your server asks for it, and hands it to that user's pages.",
  operations: [
    {
      method: "post",
      path: "/v1/tokens",
      id: "createToken",
      summary: "Make a shopper token",
      access: { kind: "server", scopes: ["events:write", "recommendations:read"] },
      body: { schema: tokenRequestSchema },
      fields: { expires_in_seconds: "How long it is good for; a day at most." },
      answers: [
        {
          status: 200,
          description: "A JWT (HS256).",
          schema: z.strictObject({ token: z.string(), expires_at: time }),
          example: {
            token: "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0ODkifQ.c2lnbmF0dXJl",
            expires_at: "2026-11-21T11:00:00.000Z",
          },
        },
      ],
      example: { body: { user_id: "489", expires_in_seconds: 3600 } },
    },
  ],
};
