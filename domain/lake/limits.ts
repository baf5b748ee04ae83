const HOUR = 60 * 60 * 1000;

/** An hour of ingest is looked at by compaction when its end lies this far back. */
export const CLOSED_AFTER_MILLISECONDS = 2 * HOUR;
/**
 * Small files stay this long after the marker that supersedes them: whoever listed the hour before has until then to
 * read what they listed. So does a large file that no marker names.
 */
export const GRACE_MILLISECONDS = 24 * HOUR;
/**
 * Bytes of small files that become one large one. A step's CPU time grows with it, its memory does not: 42 MB of events
 * (480,000 rows) took 9 s of the 300 s that a step may take.
 */
export const LARGE_FILE_SOURCE_BYTES_MAX = 64 * 1024 * 1024;
/** Small files that become one large one: each is a request, and a step may make 1,000. */
export const LARGE_FILE_SOURCES_MAX = 400;
/**
 * Entries of `items` lists in one row group of a large file: the longest column decides what a step needs of an
 * isolate's 128 MB. 120,000 entries were compacted within 130 MB of heap in Node, 250,000 within 160 MB, where a pointer
 * is twice as wide as in workerd.
 */
export const ROW_GROUP_ITEMS_MAX = 160_000;
/** Ids of repeated recommendations that one large file takes: their rows are told apart in memory. */
export const REPEATED_IDS_PER_FILE_MAX = 20_000;
/**
 * Bytes of small files whose recommendation ids are compared in one pass: 8 bytes an id, at least 20 bytes of file a
 * row, so at most some 25 MB of memory.
 */
export const REPEATS_PASS_BYTES = 32 * 1024 * 1024;
/** Days whose hours compaction looks into even when they were swept: a file may have come late. */
export const LATE_FILES_DATES = 3;
/** Days that one run looks through for hours which are not compacted yet; older ones are an operator's (`--from`). */
export const DATES_PER_RUN_MAX = 400;
/** Hours that one step looks into: each takes two requests, and a step may make 1,000. */
export const HOURS_PER_LOOK_MAX = 200;
/** A workflow may have 1,024 steps; what is left then is another instance's. */
export const STEPS_PER_INSTANCE_MAX = 800;
