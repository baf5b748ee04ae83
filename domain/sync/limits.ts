/** Ids are shown in addresses and stored beside vectors, so they have the length that events allow. */
export const KEY_MAX_LENGTH = 128;
/** A longer text is cut before it becomes a feature: no encoder looks further, and D1's rows stay small. */
export const FEATURE_TEXT_MAX_LENGTH = 2_000;
/** A record that is larger than this as JSON is set aside. */
export const RECORD_MAX_LENGTH = 256 * 1024;
/** An order with more lines is set aside: it is packed into one row. */
export const ORDER_LINES_MAX = 1_000;
/** Lines that one statement may return; a page of orders with more is read in halves. */
export const LINES_PER_READ_MAX = 50_000;
/** How much of a bad value is repeated in a quarantine entry. */
export const DETAIL_VALUE_MAX_LENGTH = 80;
/** Source rows that one Workflow step reads at most. */
export const STEP_ROWS_MAX = 20_000;
/** Source rows that one step compares by checksum at most: the replica reads them, nothing travels. */
export const STEP_VERIFIED_ROWS_MAX = 200_000;
/** Ranges that one statement computes checksums of. */
export const RANGES_PER_STATEMENT_MAX = 16;
/** Steps of one entity in one run: four entities stay under the Workflow's 1,024. The next run goes on from there. */
export const ENTITY_STEPS_MAX = 200;
/** A run looks at the source's schema again when it changes under it, this often at most. */
export const DESCRIPTIONS_PER_RUN_MAX = 3;
/** JSON that one D1 statement binds at most (D1 itself allows 2 MB a value). */
export const STATEMENT_JSON_MAX_LENGTH = 500_000;
/** A holder that has not renewed its lease for this long is taken for dead. Longer than the slowest page. */
export const LEASE_SECONDS = 90;
/** The same while vectors and the snapshot are written, which renew nothing on their way. */
export const FOLLOWERS_LEASE_SECONDS = 15 * 60;
/** Tables with fewer rows by the source's estimate are counted exactly. */
export const EXACT_COUNT_MAX_ROWS = 50_000;
/** Rows that a look for existing keys may return; more would mean that the key is not unique, and nothing is deleted. */
export const EXISTING_ROWS_MAX = 50_000;
/** Rows with one key, as the source compares keys, that are read at once. */
export const ALIKE_ROWS_MAX = 1_000;
/** Keys of one entity that a source of pages may have: all of them are in memory while deletions are looked for. */
export const PAGED_KEYS_MAX = 2_000_000;
/** Rows of a table that names categories. */
export const DICTIONARY_ROWS_MAX = 20_000;
/** An entity with fewer rows may be emptied without anybody's agreement. */
export const MASS_DELETION_MIN_ROWS = 100;
/** Raised when a row of the source becomes another record than before: everything is read once more. */
export const MAPPING_VERSION = 1;
