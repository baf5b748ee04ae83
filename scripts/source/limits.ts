/** A server that does not take a connection within this time is given up. */
export const CONNECT_TIMEOUT_MILLISECONDS = 5_000;
/** Longest that one statement may run on the server: a look at a database must not be felt by it. */
export const STATEMENT_TIMEOUT_SECONDS = 5;
/** The client waits this much longer than the server may work before it gives a statement up. */
export const CLIENT_GRACE_MILLISECONDS = 5_000;

/** Tables are counted exactly up to this many rows; beyond, the server's own estimate is good enough. */
export const COUNTED_ROWS_MAX = 50_000;
/** Only so many tables are counted: in a larger database the estimates have to do. */
export const COUNTED_TABLES_MAX = 200;
/** Rows that are looked at from either end of a table for the values of a column. */
export const SAMPLE_ROWS = 10_000;
/** A column with more different values than this is no status and no currency. */
export const DISTINCT_VALUES_MAX = 40;
/** A value longer than this is prose, and none of our business. */
export const VALUE_MAX_LENGTH = 40;
/** Rows of JSON or of addresses that are looked at. */
export const SHAPE_SAMPLE_ROWS = 500;
/** Names that a table of statuses may have. */
export const LABELS_MAX = 100;

/** Candidates per role whose combinations are compared. */
export const CANDIDATES_MAX = 8;
/** Tables or columns that the summary or a comment lists before it says "and N more". */
export const LISTED_MAX = 15;
/** oxfmt's line length: what is written stays formatted. */
export const LINE_WIDTH = 120;
