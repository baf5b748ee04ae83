import type { InteractionMessage } from "../../domain/events/interaction.ts";
import type { ServedMessage } from "../../domain/served/served-message.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import worker from "../../workers/index.ts";

export * from "../../workers/index.ts";

// How the queue is: up, down (refuses), or stuck (never answers).
let queue = "up";
// What it took, when it was up.
let sent: ServedMessage[] = [];

const served = {
  async send(message: ServedMessage): Promise<void> {
    if (queue === "down") throw new Error("the queue is down");
    if (queue === "stuck") await scheduler.wait(60_000);
    // As a queue takes it: whatever is changed later is not in the message.
    sent.push(structuredClone(message));
  },
} as unknown as Queue;

/** The Worker with a `served` queue that `GET /v1/queue?state=` makes fail; `GET /v1/sent` gives what it took so far. */
export default {
  ...worker,
  async fetch(request, env, context) {
    const url = new URL(request.url);
    if (url.pathname === "/v1/queue") {
      queue = url.searchParams.get("state") ?? "up";
      return Response.json(queue);
    }
    if (url.pathname === "/v1/sent") {
      const answer = Response.json(sent);
      sent = [];
      return answer;
    }
    return worker.fetch(request, { ...env, SERVED_QUEUE: served }, context);
  },
} satisfies ExportedHandler<RuntimeEnv, InteractionMessage>;
