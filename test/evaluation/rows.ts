import type { EvaluationRow } from "../../domain/evaluation/split.ts";

/** A row of an interactions file that says nothing beyond what is given. */
export function row(userId: string, itemId: string, more: Partial<EvaluationRow> = {}): EvaluationRow {
  return { userId, itemId, rating: null, at: null, orderId: null, sessionId: null, quantity: null, ...more };
}

/** `user item` of each row. */
export function pairs(rows: readonly EvaluationRow[]): string[] {
  return rows.map((each) => `${each.userId} ${each.itemId}`);
}
