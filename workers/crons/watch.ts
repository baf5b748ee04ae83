import config from "#shop-config";
import { parseTargets } from "../../domain/notices/targets.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import { logger, messageOf } from "../../platform/logger.ts";
import { deliverMessages } from "../../platform/notify/deliver-messages.ts";
import { sendMessage } from "../../platform/notify/send-message.ts";

async function sendMessages(env: RuntimeEnv): Promise<void> {
  const targets = parseTargets(env.NOTIFY_TARGETS);
  // Nothing is given up meanwhile: what is missing is found again when the targets can be read.
  if (!targets.ok) {
    logger.error("notify_targets_invalid", { message: targets.error.message });
    return;
  }
  const { name: shop } = config.shop;
  const world = { db: env.DB, shop, send: sendMessage, now: () => Date.now(), random: () => Math.random() };
  await deliverMessages(world, targets.value);
}

/** Compares flows with their objectives, and sends what people are to be told. One that fails stops no other. */
export async function watch(env: RuntimeEnv, _now: Date): Promise<void> {
  const parts: readonly (readonly [string, () => Promise<void>])[] = [["messages", () => sendMessages(env)]];
  for (const [part, run] of parts) {
    try {
      await run();
    } catch (error) {
      logger.error("watch_failed", { part, message: messageOf(error) });
    }
  }
}
