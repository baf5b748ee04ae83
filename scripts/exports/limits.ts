/** Files fetched at once. */
export const FILES_AT_ONCE = 4;

/** How patiently a file is fetched. */
export interface Patience {
  /** Attempts in a row that bring no byte, after which a file is given up. */
  readonly fruitlessAttemptsMax: number;
  /** The pause after a broken connection; it doubles with each attempt that brings nothing. */
  readonly firstPauseMilliseconds: number;
  readonly longestPauseMilliseconds: number;
  /** A connection that is silent for this long counts as broken. */
  readonly silenceMaxMilliseconds: number;
}

/** About 20 s without any network are sat out; after that the person is told, and what has arrived is kept. */
export const PATIENCE: Patience = {
  fruitlessAttemptsMax: 6,
  firstPauseMilliseconds: 500,
  longestPauseMilliseconds: 10_000,
  silenceMaxMilliseconds: 60_000,
};

/** The pause before the next attempt, in milliseconds. @param fruitless attempts in a row that brought no byte */
export function pauseAfter(fruitless: number, patience: Patience): number {
  return Math.min(patience.firstPauseMilliseconds * 2 ** fruitless, patience.longestPauseMilliseconds);
}
