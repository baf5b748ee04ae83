import { type NotifyTarget, parseTargets } from "../../../domain/notices/targets.ts";
import type { RuntimeEnv } from "../../../platform/env.ts";
import { ApiError } from "../errors.ts";

/** The deployment's targets. @throws ApiError 503 that says what is wrong with NOTIFY_TARGETS */
export function targetsOf(env: RuntimeEnv): readonly NotifyTarget[] {
  const targets = parseTargets(env.NOTIFY_TARGETS);
  if (targets.ok) return targets.value;
  throw new ApiError("not_ready", `${targets.error.message} Nothing is sent until it is mended.`);
}

/** A target as it may be shown: the address of Slack's kind is a secret itself, so only its origin. */
export function describeTarget({ name, format, url, kinds }: NotifyTarget): object {
  return { name, format, origin: new URL(url).origin, kinds };
}
