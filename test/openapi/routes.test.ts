import { expect, it } from "vitest";

import { app } from "../../workers/api/app.ts";
import { OPERATIONS } from "../../workers/api/openapi/resources.ts";

/** What Hono calls middleware's method. */
const EVERY_METHOD = "ALL";

/** `GET /v1/sync/{run_id}` of a route as Hono knows it. */
function routeName({ method, path }: { method: string; path: string }): string {
  const named = path.replaceAll(/:(\w+)(\{[^}]*\})?/g, "{$1}").replace(/(.)\/$/, "$1");
  return `${method} ${named}`;
}

/** The demo shop's own server side, which stands for a real shop's: no part of the API. */
const DEMO_SHOP = "/shop/api/";

const ROUTES = new Set(
  app.routes.filter(({ method, path }) => method !== EVERY_METHOD && !path.startsWith(DEMO_SHOP)).map(routeName),
);
const DESCRIBED = OPERATIONS.map(({ method, path }) => `${method.toUpperCase()} ${path}`);

it("every route of the app is in the document", () => {
  expect([...ROUTES].filter((route) => !DESCRIBED.includes(route))).toEqual([]);
});

it("the document has nothing that the app does not have, and nothing twice", () => {
  expect(DESCRIBED.filter((route) => !ROUTES.has(route))).toEqual([]);
  expect(new Set(DESCRIBED).size).toBe(DESCRIBED.length);
});

it("names each call once", () => {
  const ids = OPERATIONS.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});
