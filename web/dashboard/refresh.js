export const EVERY_MILLISECONDS = 15_000;
/** After a turn that took longer than that: a server that is slow is not asked again within the same breath. */
const PAUSE_MILLISECONDS = 3_000;

/**
 * Does `work` now and then every 15 seconds for as long as the tab is in view; a tab that comes back into view does it
 * at once. A turn waits for the one before it: a view that takes longer than 15 seconds is shown all the same.
 * Failures are `work`'s to tell: the next turn comes anyway.
 * @param {() => Promise<void>} work must end by itself, whatever hangs
 * @returns {{ now(): void, stop(): void }} `now` waits for nothing: what is under way is of another place
 */
export function keepFresh(work) {
  let isStopped = false;
  let isUnderWay = false;
  /** Counts turns: one that was overtaken arms no timer. */
  let turns = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  async function begin() {
    clearTimeout(timer);
    turns += 1;
    isUnderWay = !isStopped && document.visibilityState === "visible";
    if (!isUnderWay) return;
    const turn = turns;
    const began = Date.now();
    try {
      await work();
    } finally {
      if (turn === turns) {
        isUnderWay = false;
        timer = setTimeout(next, Math.max(PAUSE_MILLISECONDS, EVERY_MILLISECONDS - (Date.now() - began)));
      }
    }
  }
  const now = () => void begin();
  function next() {
    if (!isUnderWay) now();
  }
  document.addEventListener("visibilitychange", next);
  now();
  return {
    now,
    stop() {
      isStopped = true;
      turns += 1;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", next);
    },
  };
}
