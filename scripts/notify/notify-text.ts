import { formatTable } from "../terminal/table.ts";
import type { DeliveryRow, TargetRow, TestRow } from "./notify-answer.ts";

function titled(...titles: readonly string[]): { readonly title: string }[] {
  return titles.map((title) => ({ title }));
}

/** A table of targets; `kinds` are those that each is told of. */
export function targetTable(targets: readonly TargetRow[]): string[] {
  const rows = targets.map(({ name, format, origin, kinds }) => [name, format, origin, kinds.join(", ")]);
  return formatTable(titled("TARGET", "FORMAT", "TO", "TOLD OF"), rows);
}

/** A table of messages. */
export function deliveryTable(deliveries: readonly DeliveryRow[]): string[] {
  const rows = deliveries.map((one) => [
    String(one.notice_id),
    one.kind,
    one.subject,
    one.phase,
    one.target,
    one.state.replaceAll("_", " "),
    String(one.attempts),
    one.delivered_at ?? one.next_at ?? "–",
    one.error ?? "–",
  ]);
  const titles = ["NOTICE", "KIND", "SUBJECT", "TELLS", "TARGET", "STATE", "ATTEMPTS", "DELIVERED OR NEXT", "ERROR"];
  return formatTable(titled(...titles), rows);
}

/** A table of what came of test messages. */
export function testTable(results: readonly TestRow[]): string[] {
  const rows = results.map(({ target, delivered, status, milliseconds, error }) => [
    target,
    delivered ? "delivered" : "failed",
    status === null ? "–" : String(status),
    `${Math.round(milliseconds)} ms`,
    error ?? "–",
  ]);
  return formatTable(titled("TARGET", "TEST", "STATUS", "TOOK", "ERROR"), rows);
}
