import config from "#shop-config";
import { parseTargets } from "../../domain/notices/targets.ts";
import { readLastAnswers } from "../../platform/d1/analytics/freshness-answers.ts";
import { writeSilences } from "../../platform/d1/sync-state-store.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import { keepAnswerNotice, keepFreshnessNotices } from "../../platform/health/keep-health-notices.ts";
import { readFlows } from "../../platform/health/read-flows.ts";
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

async function watchFlows(env: RuntimeEnv, now: Date): Promise<void> {
  const flows = await readFlows(env, config, now);
  await keepFreshnessNotices(env.DB, flows, now);
  // Noted by the watch alone: it looks every minute, so that being silent twice is being silent in between.
  await writeSilences(env.DB, flows.silences);
}

async function watchAnswers(env: RuntimeEnv, now: Date): Promise<void> {
  const { degradedShare } = config.analytics.objectives;
  await keepAnswerNotice(env.DB, await readLastAnswers(env.DB, now.getTime()), degradedShare, now);
}

/** Compares flows with their objectives, and sends what people are to be told. One that fails stops no other. */
export async function watch(env: RuntimeEnv, now: Date): Promise<void> {
  const parts: readonly (readonly [string, () => Promise<void>])[] = [
    ["flows", () => watchFlows(env, now)],
    ["answers", () => watchAnswers(env, now)],
    // Last: what was found a moment ago is sent at once.
    ["messages", () => sendMessages(env)],
  ];
  for (const [part, run] of parts) {
    try {
      await run();
    } catch (error) {
      logger.error("watch_failed", { part, message: messageOf(error) });
    }
  }
}
