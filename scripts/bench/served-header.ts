/** A request to the bench's Worker says with it whether its answer is saved: `on` or `off`. */
export const SERVED_HEADER = "x-bench-served";
