import { testMessage } from "../../../domain/notices/message.ts";
import type { NotifyTarget } from "../../../domain/notices/targets.ts";
import { sendMessage } from "../../../platform/notify/send-message.ts";

/** What came of a test message. */
export interface TestResult {
  readonly target: string;
  readonly delivered: boolean;
  readonly status: number | null;
  readonly milliseconds: number;
  readonly error: string | null;
}

/** Sends each target a test message at once, and only once. */
export function testTargets(targets: readonly NotifyTarget[], shop: string, now: Date): Promise<TestResult[]> {
  return Promise.all(
    targets.map(async (target) => {
      const message = testMessage(crypto.randomUUID(), target.name, shop, now.getTime());
      const { delivered, status, milliseconds, error } = await sendMessage(target, message);
      return { target: target.name, delivered, status, milliseconds, error };
    }),
  );
}
