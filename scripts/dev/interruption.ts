const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const STATUS_INTERRUPTED = 130;

/**
 * Listens for the wish to end: Ctrl-C, SIGTERM, a closed terminal.
 * @returns a signal that aborts at the first wish; at the second one this process ends at once
 */
export function listenForInterruption(): AbortSignal {
  const controller = new AbortController();
  for (const name of SIGNALS) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(STATUS_INTERRUPTED);
      controller.abort();
    });
  }
  return controller.signal;
}

/** Settles when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
