const EVERY_MILLISECONDS = 15_000;

/**
 * Does `work` now and then every 15 seconds for as long as the tab is in view; a tab that comes back into view does it
 * at once. Failures are `work`'s to tell: the next turn comes anyway.
 * @param {() => Promise<void>} work
 * @returns {{ now(): void, stop(): void }}
 */
export function keepFresh(work) {
  let isStopped = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  function now() {
    clearTimeout(timer);
    if (isStopped || document.visibilityState !== "visible") return;
    // Armed before the work and not after it: a question that hangs is overtaken by the next one.
    timer = setTimeout(now, EVERY_MILLISECONDS);
    void work();
  }
  document.addEventListener("visibilitychange", now);
  now();
  return {
    now,
    stop() {
      isStopped = true;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", now);
    },
  };
}
