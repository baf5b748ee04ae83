import { z } from "zod";

export const LIVE_ITEMS_OBJECT_KEY = "live-items.json";
/**
 * Items that the object names at most, those pushed last. Every isolate reads it within seconds of every push; what is
 * beyond waits for the next snapshot, minutes at most.
 */
export const LIVE_ITEMS_MAX = 20_000;

/** An item as it is now: id, number of its last push, price, stock (null where none is kept), hidden. */
const liveItemSchema = z.tuple([z.string(), z.number().int(), z.number(), z.number().nullable(), z.boolean()]);

/**
 * `live-items.json`: what was pushed since the catalogue snapshot was made, so that stock, price and hidden take effect
 * in every isolate within seconds. Small, since every snapshot starts it anew.
 */
export const liveItemsSchema = z.object({
  format: z.literal(1),
  /** Number of the last push that it knows of. */
  through: z.number().int(),
  items: z.array(liveItemSchema),
});
export type LiveItems = z.infer<typeof liveItemsSchema>;
