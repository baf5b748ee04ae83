import type { InteractionMessage } from "../../domain/events/interaction.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import worker from "../../workers/index.ts";

export * from "../../workers/index.ts";

/** What the shadow of the name `turned` meets: its look-ups fail or hang, or its embeddings never arrive. */
type Trouble = "none" | "throws" | "hangs" | "never loads";
const HANGS_MILLISECONDS = 10_000;
const SHADOW = "turned";

let trouble: Trouble = "none";
// Statements about the shadow's figures that were written to D1.
let writes = 0;

function hooked<Target extends object>(
  target: Target,
  before: (method: string, args: unknown[]) => Promise<void> | void,
) {
  return new Proxy(target, {
    get(inner, property) {
      const value: unknown = Reflect.get(inner, property, inner);
      if (typeof value !== "function") return value;
      return (...args: unknown[]): unknown => {
        const waiting = before(String(property), args);
        if (waiting === undefined) return Reflect.apply(value, inner, args);
        return waiting.then(() => Reflect.apply(value, inner, args) as unknown);
      };
    },
  });
}

function onLookUp(args: unknown[]): Promise<void> | undefined {
  const [, options] = args as [unknown, { namespace?: string } | undefined];
  if (options?.namespace !== SHADOW) return undefined;
  if (trouble === "throws") return Promise.reject(new Error("The index is away."));
  return trouble === "hangs" ? scheduler.wait(HANGS_MILLISECONDS) : undefined;
}

/** The Worker with a shadow in trouble (`GET /v1/trouble?is=`) and its writes counted (`GET /v1/shadow-writes`). */
export default {
  ...worker,
  async fetch(request, env, context) {
    const url = new URL(request.url);
    if (url.pathname === "/v1/trouble") {
      trouble = url.searchParams.get("is") as Trouble;
      return Response.json(trouble);
    }
    if (url.pathname === "/v1/shadow-writes") return Response.json(writes);
    const troubled: RuntimeEnv = {
      ...env,
      VECTOR_INDEX: hooked(env.VECTOR_INDEX, (_, args) => onLookUp(args)),
      RUNTIME: hooked(env.RUNTIME, (method, [key]) =>
        trouble === "never loads" && method === "get" && String(key).includes(`vectors-${SHADOW}`)
          ? scheduler.wait(HANGS_MILLISECONDS)
          : undefined,
      ),
      DB: hooked(env.DB, (method, [sql]) => {
        if (method === "prepare" && String(sql).includes("INSERT INTO shadow_hours")) writes++;
      }),
    };
    return worker.fetch(request, troubled, context);
  },
} satisfies ExportedHandler<RuntimeEnv, InteractionMessage>;
