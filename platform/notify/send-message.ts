import { ATTEMPT_TIMEOUT_MILLISECONDS } from "../../domain/notices/limits.ts";
import type { Message } from "../../domain/notices/message.ts";
import type { Attempt } from "../../domain/notices/retry.ts";
import { slackBody } from "../../domain/notices/slack-body.ts";
import type { NotifyTarget } from "../../domain/notices/targets.ts";
import { webhookBody } from "../../domain/notices/webhook-body.ts";
import { retryAfterMilliseconds } from "./retry-after.ts";
import { signatureHeaders } from "./sign.ts";

const JSON_HEADERS = { "content-type": "application/json", "user-agent": "endcap" } as const;

async function requestFor(target: NotifyTarget, message: Message, now: number): Promise<RequestInit> {
  if (target.format === "slack") return { headers: JSON_HEADERS, body: slackBody(message) };
  const body = webhookBody(message);
  return { headers: { ...JSON_HEADERS, ...(await signatureHeaders(target.secret, message.id, body, now)) }, body };
}

/** Why fetch failed. Its own messages may repeat the address, which is a secret. */
function failureOf(thrown: unknown): string {
  const late = thrown instanceof Error && thrown.name === "TimeoutError";
  return late ? `no answer within ${ATTEMPT_TIMEOUT_MILLISECONDS / 1_000} s` : "no connection, or it broke";
}

/** Sends a message once. Never throws: what failed is in the answer. */
export async function sendMessage(target: NotifyTarget, message: Message): Promise<Attempt> {
  const startedAt = Date.now();
  const since = (): number => Date.now() - startedAt;
  try {
    const response = await fetch(target.url, {
      ...(await requestFor(target, message, startedAt)),
      method: "POST",
      // Whoever may redirect could send the message, and on 307 its signature, anywhere.
      redirect: "manual",
      signal: AbortSignal.timeout(ATTEMPT_TIMEOUT_MILLISECONDS),
    });
    await response.body?.cancel();
    const { status, ok: delivered, headers } = response;
    const redirects = status >= 300 && status < 400 ? ": redirects are not followed, write the final address" : "";
    return {
      delivered,
      status,
      milliseconds: since(),
      error: delivered ? null : `answered ${status}${redirects}`,
      retryAfterMilliseconds: delivered ? null : retryAfterMilliseconds(headers.get("retry-after"), Date.now()),
    };
  } catch (error) {
    return {
      delivered: false,
      status: null,
      milliseconds: since(),
      error: failureOf(error),
      retryAfterMilliseconds: null,
    };
  }
}
