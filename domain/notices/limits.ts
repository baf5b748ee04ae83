/** Bounds and periods of messages about notices (docs/notices.md). */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** What happened longer ago is told to nobody: so a first deployment tells nothing old, and a message is given up. */
export const TELL_WITHIN_MILLISECONDS = 24 * HOUR;
/** So long after a closing that was told, the same thing is not told again. */
export const QUIET_AFTER_CLOSING_MILLISECONDS = 10 * MINUTE;

/** A receiver that has not answered by then has failed. */
export const ATTEMPT_TIMEOUT_MILLISECONDS = 10 * SECOND;
/** Who has taken a message to send it keeps it for so long: longer than an attempt can take. */
export const CLAIM_MILLISECONDS = 2 * MINUTE;
/** No attempt begins later than this in a watch, so that it is over before the next one. */
export const SENDING_MILLISECONDS = 40 * SECOND;
/** Targets that are sent to at once; each gets one message at a time. */
export const TARGETS_AT_ONCE = 4;

/** Wait after the first failure; each further one doubles it. */
export const BACKOFF_FIRST_MILLISECONDS = MINUTE;
export const BACKOFF_MAX_MILLISECONDS = 30 * MINUTE;
/** A wait is longer or shorter by up to this share, so that what failed together is not tried together. */
export const JITTER_SHARE = 0.2;
/** A receiver may ask for a longer wait than ours, up to this. */
export const RETRY_AFTER_MAX_MILLISECONDS = 6 * HOUR;
/** A message that the receiver refuses is given up after so many attempts: another one will hardly be taken. */
export const REFUSED_ATTEMPTS_MAX = 5;

/** A bound on mistakes: each target is a lane of its own. */
export const TARGETS_MAX = 20;
/** The signing scheme asks for at least 24 bytes and at most 64. */
export const SECRET_MIN_BYTES = 24;
export const SECRET_MAX_BYTES = 64;
/** Slack cuts longer texts; a sentence is far below. */
export const SLACK_SENTENCE_MAX_CHARACTERS = 3_000;
