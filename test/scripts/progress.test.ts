import { expect, it } from "vitest";

import { startStep } from "../../scripts/terminal/progress.ts";

function output(isTTY: boolean): { isTTY: boolean; columns: number; written: string[]; write(text: string): void } {
  const written: string[] = [];
  return { isTTY, columns: 60, written, write: (text) => void written.push(text) };
}

const withoutTimes = (lines: readonly string[]): string[] => lines.map((line) => line.replace(/\d+\.\d s/, "… s"));

it("writes a line at every quarter and one at the end where nothing can be redrawn", () => {
  const log = output(false);
  const step = startStep("Sync", log);
  for (let done = 0; done <= 100; done++) step.update(done, 100);
  step.done("100 rows");
  expect(withoutTimes(log.written)).toEqual([
    "  Sync: 25 % (25/100)\n",
    "  Sync: 50 % (50/100)\n",
    "  Sync: 75 % (75/100)\n",
    "✓ Sync: 100 rows (… s)\n",
  ]);
});

it("writes nothing but the end in a log when the length is not known", () => {
  const log = output(false);
  const step = startStep("Export", log);
  step.note("waiting");
  step.update(500, 0);
  step.fail("no answer");
  expect(withoutTimes(log.written)).toEqual(["✗ Export: no answer (… s)\n"]);
});

it("draws a bar on a terminal that never wraps, and leaves one line behind", () => {
  const terminal = output(true);
  const step = startStep("A step with quite a long label", terminal);
  step.update(1, 2, "and a note that would not fit into the terminal's width");
  step.done();
  const escape = String.fromCodePoint(27);
  for (const text of terminal.written) expect(text.replaceAll(`\r${escape}[2K`, "").length).toBeLessThanOrEqual(60);
  expect(terminal.written.at(-1)).toContain("✓ A step with quite a long label");
  expect(terminal.written.at(-1)?.endsWith("\n")).toBe(true);
});

it("ends once", () => {
  const log = output(false);
  const step = startStep("Sync", log);
  step.fail("broken");
  step.done();
  step.update(1, 2);
  expect(log.written).toHaveLength(1);
});
