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
