/** Where the bench's Worker asks D1 one trivial question. Under /v1, as what goes past the page's files does. */
export const FLOOR_PATH = "/v1/bench/d1";
