import type { InteractionMessage } from "../../domain/events/interaction.ts";
import type { ServedMessage } from "../../domain/served/served-message.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import worker from "../../workers/index.ts";

export * from "../../workers/index.ts";

// Sessions that are being asked, the most that were at once, and what was sent to the `served` queue.
let asked = 0;
let askedMost = 0;
let sent: ServedMessage[] = [];

const served = {
  async send(message: ServedMessage): Promise<void> {
    sent.push(structuredClone(message));
  },
} as unknown as Queue;

async function counted(work: () => Promise<unknown>): Promise<unknown> {
  asked++;
  askedMost = Math.max(askedMost, asked);
  try {
    return await work();
  } finally {
    asked--;
  }
}

/** Sessions of users called `broken` fail, those of users called `hung` never answer. */
function watched(sessions: RuntimeEnv["SHOPPER_SESSION"]): RuntimeEnv["SHOPPER_SESSION"] {
  return new Proxy(sessions, {
    get(inner, property) {
      if (property !== "getByName") return Reflect.get(inner, property, inner) as unknown;
      return (name: string): unknown => {
        const session = inner.getByName(name);
        return {
          async view(call: Parameters<typeof session.view>[0]) {
            if (name === "u:broken") throw new Error("This session is away.");
            if (name === "u:hung") await scheduler.wait(60_000);
            return counted(() => session.view(call));
          },
          append: (call: Parameters<typeof session.append>[0]) => session.append(call),
          rememberCandidates: (found: Parameters<typeof session.rememberCandidates>[0]) =>
            session.rememberCandidates(found),
        };
      };
    },
  });
}

/** The Worker, watched: `GET /v1/watched` gives what it did since it was asked last. */
export default {
  ...worker,
  async fetch(request, env, context) {
    if (new URL(request.url).pathname === "/v1/watched") {
      const answer = Response.json({ askedMost, sent });
      askedMost = 0;
      sent = [];
      return answer;
    }
    const own = { ...env, SERVED_QUEUE: served, SHOPPER_SESSION: watched(env.SHOPPER_SESSION) };
    return worker.fetch(request, own, context);
  },
} satisfies ExportedHandler<RuntimeEnv, InteractionMessage>;
