/** A file of what was set aside holds originals of at most this much JSON; more make more files. */
export const FILE_MAX_BYTES = 4 * 1024 * 1024;
/** A longer sentence about a fault is cut. */
export const DETAIL_MAX_LENGTH = 500;
/** Of a longer text the masked payload shows the beginning. */
export const MASKED_TEXT_MAX_LENGTH = 500;
/** Keys and texts of one masked payload together; what comes behind is left out. */
export const MASKED_MAX_LENGTH = 16_000;
/** Deeper values are left out of the masked payload. */
export const MASKED_DEPTH_MAX = 8;
/** Entries of one object or list that the masked payload shows. */
export const MASKED_ENTRIES_MAX = 200;
/** A rejected event that is larger as JSON is kept without its params: enough to see what it was, not to replay it. */
export const REJECTED_EVENT_MAX_LENGTH = 16 * 1024;
/** The same for one that nests deeper. */
export const REJECTED_EVENT_MAX_DEPTH = 24;
/** Rejected events that an isolate keeps in a minute; more are only counted, so that nobody can fill the bucket. */
export const REJECTED_PER_MINUTE_MAX = 300;
export const REJECTED_WINDOW_MILLISECONDS = 60_000;
/** Rejected events of an isolate wait this long for company. */
export const REJECTED_PACK_MILLISECONDS = 1_000;
/** A queue message ends at 128 KB; the rest is room for its frame. */
export const REJECTED_PACK_MAX_BYTES = 110_000;
/** Text of a rejected event's own `event_id`, `name` and `timestamp` that is kept of one that is too large. */
export const REJECTED_TEXT_MAX_LENGTH = 128;
/** Files that one request replays at most; the answer says where to go on. */
export const REPLAY_FILES_MAX = 10;
/** Dead letters that one request sends again at most: a request may make a thousand calls, and each needs some. */
export const REPLAY_LETTERS_MAX = 50;
