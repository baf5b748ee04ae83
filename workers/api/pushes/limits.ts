/** Items or users in one request. */
export const PUSHES_PER_REQUEST_MAX = 1_000;
/** Features in one push of an item or a user. */
export const PUSHED_FEATURES_MAX = 200;
export const FEATURE_NAME_MAX_LENGTH = 100;
export const PUSH_BODY_MAX_BYTES = 512 * 1024;
export const PUSHES_BODY_MAX_BYTES = 4 * 1024 * 1024;
/** How often writing `live-items.json` is tried before an answer says `"live": false`. */
export const LIVE_WRITE_ATTEMPTS_MAX = 5;
/** R2 takes one write a second of one object: a refused write is tried again after this, and a little more each time. */
export const LIVE_WRITE_PAUSE_MILLISECONDS = 600;
/** One try is waited for no longer than this: the request that began it may be gone, and its work with it. */
export const LIVE_WRITE_DEADLINE_MILLISECONDS = 2_000;
