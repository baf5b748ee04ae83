/** Answers of an isolate wait this long for company: a queue is paid by the message, and nobody waits for this one. */
export const SERVED_PACK_WAIT_MILLISECONDS = 1_000;
/** A pack of this many leaves at once. */
export const SERVED_PACK_MAX_ANSWERS = 50;
/** A queue message ends at 128 KB; the rest is room for its frame. */
export const SERVED_PACK_MAX_BYTES = 120_000;
/** An isolate holds no more answers than this, waiting and on their way: what comes on top is lost, and counted. */
export const SERVED_HELD_MAX_ANSWERS = 2_000;
/** A request's work ends this long after its answer, whatever it still waited for. */
export const SERVED_SENDING_MAX_MILLISECONDS = 30_000;
/** Rows of one file in the lake: what a consumer encodes at once. */
export const SERVED_FILE_MAX_ROWS = 50_000;
/** A batch that comes again is looked for in as many hours before this one. */
export const SERVED_LOOK_BACK_MAX_HOURS = 24;
