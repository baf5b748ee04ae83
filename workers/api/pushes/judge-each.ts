import { z } from "zod";

import { invalidInput } from "../errors.ts";
import { PUSHES_PER_REQUEST_MAX } from "./limits.ts";

/** Elements of a request that holds many: each is judged by itself. */
export const elementsSchema = z.array(z.unknown()).min(1).max(PUSHES_PER_REQUEST_MAX);

/** An element that was refused; the others are taken all the same. */
export interface Refusal {
  readonly index: number;
  /** Null when it has none that could be read. */
  readonly id: string | null;
  readonly code: string;
  readonly message: string;
}

/** Elements as far as they are valid, with their places in the request, and the others' refusals. */
export interface Judged<Value> {
  readonly valid: readonly { readonly index: number; readonly value: Value }[];
  readonly refusals: readonly Refusal[];
}

function idOf(element: unknown, idField: string): string | null {
  const parsed = z.record(z.string(), z.unknown()).safeParse(element);
  const id = parsed.success ? parsed.data[idField] : null;
  return typeof id === "string" ? id : null;
}

/** Judges each element by `schema`. */
export function judgeEach<Schema extends z.ZodType>(
  elements: readonly unknown[],
  schema: Schema,
  idField: "item_id" | "user_id",
): Judged<z.infer<Schema>> {
  const valid: { index: number; value: z.infer<Schema> }[] = [];
  const refusals: Refusal[] = [];
  elements.forEach((element, index) => {
    const parsed = schema.safeParse(element);
    if (parsed.success) {
      valid.push({ index, value: parsed.data });
      return;
    }
    const { code, message } = invalidInput(parsed.error);
    refusals.push({ index, id: idOf(element, idField), code, message });
  });
  return { valid, refusals };
}

/** The answer to a request that held many. */
export function describeOutcome(
  accepted: number,
  refusals: readonly Refusal[],
  idField: "item_id" | "user_id",
): { accepted: number; rejected: object[] } {
  const inOrder = refusals.toSorted((a, b) => a.index - b.index);
  return {
    accepted,
    rejected: inOrder.map(({ index, id, code, message }) => ({ index, [idField]: id, code, message })),
  };
}
