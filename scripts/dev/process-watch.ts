const LOOK_MILLISECONDS = 1_000;

/**
 * Looks after a process that somebody else started, and calls `onEnd` once when it is gone.
 * @returns how to stop looking
 */
export function watchProcess(pid: number, onEnd: () => void): () => void {
  const timer = setInterval(() => {
    try {
      process.kill(pid, 0);
    } catch {
      clearInterval(timer);
      onEnd();
    }
  }, LOOK_MILLISECONDS);
  return () => clearInterval(timer);
}
