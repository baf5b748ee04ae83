import { z } from "zod";

const librarySchema = z.object({ rows: z.number(), bytes: z.number(), milliseconds: z.number() });
const stepSchema = z.object({
  name: z.string(),
  milliseconds: z.number(),
  /** Rows of `training` that the step wrote. */
  rows: z.number(),
  /** Of what the step hands on, as JSON. */
  resultBytes: z.number(),
});
/** A step of an export. */
export type StepReport = z.infer<typeof stepSchema>;
/** What the library took for as many rows as the step before has written. */
export type LibraryReport = z.infer<typeof librarySchema>;

const doneSchema = z.object({
  id: z.string(),
  /** Of `training`, as the manifest says. */
  rows: z.number(),
  columns: z.number(),
  /** Of all files. */
  bytes: z.number(),
});

/** One line of what the bench's Worker answers while it exports. */
export const exportReportSchema = z.union([
  z.object({ step: stepSchema }),
  z.object({ library: librarySchema }),
  z.object({ done: doneSchema }),
  z.object({ failed: z.string() }),
]);
export type ExportReport = z.infer<typeof exportReportSchema>;

/** What the runtime's process spent on something, in milliseconds of its processor time; null where `/proc` does not tell. */
export interface Spent {
  readonly processorMilliseconds: number | null;
}

/** An export from its beginning to its end. */
export interface MeasuredExport extends z.infer<typeof doneSchema> {
  readonly steps: readonly (StepReport & Spent)[];
  readonly library: readonly (LibraryReport & Spent)[];
}

/** Rows, and what they took. */
export interface Speed {
  readonly rows: number;
  readonly milliseconds: number;
  readonly processorMilliseconds: number | null;
}

function sum(parts: readonly (Spent & { readonly rows: number; readonly milliseconds: number })[]): Speed {
  let total: Speed = { rows: 0, milliseconds: 0, processorMilliseconds: 0 };
  for (const { rows, milliseconds, processorMilliseconds: spent } of parts) {
    const { processorMilliseconds: before } = total;
    total = {
      rows: total.rows + rows,
      milliseconds: total.milliseconds + milliseconds,
      processorMilliseconds: before === null || spent === null ? null : before + spent,
    };
  }
  return total;
}

/** What the steps that wrote `training` come to. */
export function trainingSpeed(exports: readonly Pick<MeasuredExport, "steps">[]): Speed {
  return sum(exports.flatMap(({ steps }) => steps.filter(({ name }) => name.startsWith("training "))));
}

/** What the library comes to beside them. */
export function librarySpeed(exports: readonly Pick<MeasuredExport, "library">[]): Speed {
  return sum(exports.flatMap(({ library }) => library));
}
