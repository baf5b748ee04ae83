/** One step of something that takes a while, shown to the person at the terminal. */
export interface Step {
  /** How far the step has come: a bar when `total` is known (above 0), else the count alone. */
  update(done: number, total: number, note?: string): void;
  /** What the step is doing now, where no length is known. */
  note(text: string): void;
  /** Ends the step: it worked. */
  done(note?: string): void;
  /** Ends the step: it did not. */
  fail(note: string): void;
}

/** Where progress is written: standard error, or a stand-in. */
export interface ProgressOutput {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

const BAR_CELLS = 24;
/** A terminal is redrawn at most this often. */
const REDRAW_MILLISECONDS = 80;
/** Where nothing can be redrawn, one line is written each time that this share more is done. */
const LINE_EVERY_SHARE = 0.25;
const COLUMNS_DEFAULT = 80;

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(1)} s`;
}

function bar(done: number, total: number): string {
  const filled = Math.round(BAR_CELLS * Math.min(1, done / total));
  return `${"█".repeat(filled)}${"░".repeat(BAR_CELLS - filled)} ${done}/${total}`;
}

/**
 * Starts a step. On a terminal one line is drawn again and again until the step ends; elsewhere (a log, a pipe) a line
 * is written at every quarter and at the end, so that the log stays short.
 * @param output standard error by default: standard output belongs to what a command prints for scripts
 */
export function startStep(label: string, output: ProgressOutput = process.stderr): Step {
  const startedAt = Date.now();
  const live = output.isTTY === true;
  let drawnAt = 0;
  let sharePrinted = 0;
  let ended = false;

  const draw = (text: string): void => {
    const now = Date.now();
    if (now - drawnAt < REDRAW_MILLISECONDS) return;
    drawnAt = now;
    // A line that wraps could not be redrawn: the cursor returns to the start of the last row only.
    output.write(`\r\u001B[2K${`  ${label}  ${text}`.slice(0, (output.columns ?? COLUMNS_DEFAULT) - 1)}`);
  };
  const end = (mark: string, note: string | undefined): void => {
    if (ended) return;
    ended = true;
    const line = `${mark} ${label}${note === undefined ? "" : `: ${note}`} (${seconds(Date.now() - startedAt)})\n`;
    output.write(live ? `\r\u001B[2K${line}` : line);
  };

  if (live) draw("…");
  return {
    update(done, total, note) {
      if (ended) return;
      const suffix = note === undefined ? "" : ` ${note}`;
      if (live) {
        draw((total > 0 ? bar(done, total) : String(done)) + suffix);
        return;
      }
      const share = total > 0 ? Math.floor(done / total / LINE_EVERY_SHARE) * LINE_EVERY_SHARE : 0;
      // The end of the step says 100 %.
      if (share <= sharePrinted || share >= 1) return;
      sharePrinted = share;
      output.write(`  ${label}: ${Math.round(share * 100)} % (${done}/${total})${suffix}\n`);
    },
    note(text) {
      if (!ended && live) draw(text);
    },
    done: (note) => end("✓", note),
    fail: (note) => end("✗", note),
  };
}
