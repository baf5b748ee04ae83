/** What one cell of the source becomes: text, number, truth or nothing. Dates are ISO 8601 text. */
export type FeatureValue = string | number | boolean | null;
/** Column name → value. */
export type FeatureValues = Record<string, FeatureValue>;

/** A known customer, as synced. */
export interface UserRecord {
  readonly userId: string;
  /** ISO 3166-1 alpha-2, null when unknown. */
  readonly country: string | null;
  readonly features: FeatureValues;
}

/** What is recommended, as synced. */
export interface ItemRecord {
  readonly itemId: string;
  readonly name: string;
  readonly category: string;
  readonly price: number;
  /** Null where the source keeps no stock: always available. */
  readonly stock: number | null;
  readonly hidden: boolean;
  readonly image: string | null;
  readonly url: string | null;
  /** Further columns that shoppers may see. */
  readonly publicValues: FeatureValues;
  readonly features: FeatureValues;
}

/** One line of an order. `price` is per unit. */
export interface OrderLine {
  readonly item_id: string;
  readonly quantity: number;
  readonly price: number;
}

/** An order with its lines, as synced. */
export interface OrderRecord {
  readonly orderId: string;
  readonly userId: string;
  /** Milliseconds since 1970 UTC. */
  readonly orderedAt: number;
  /** True where the source knows only the day. */
  readonly dateOnly: boolean;
  readonly cancelled: boolean;
  readonly lines: readonly OrderLine[];
}

/** An explicit rating from 1 to 5. */
export interface RatingRecord {
  readonly userId: string;
  readonly itemId: string;
  readonly rating: number;
  /** Milliseconds since 1970 UTC, null when the source does not say. */
  readonly ratedAt: number | null;
}

/** What a sync run did with one entity. */
export interface EntityCounts {
  /** Rows read from the source. */
  read: number;
  /** Rows that the source itself compared by checksum; none of them travelled. */
  compared: number;
  /** Rows that differ from what was known. */
  changed: number;
  /** Rows written to D1 (for `vectors`: embeddings written). */
  written: number;
  /** Rows that the source no longer has. */
  deleted: number;
  /** Rows set aside with a reason. */
  quarantined: number;
  /** Rows of users who were erased on request: left out, or nobody's. Not there in runs that met none. */
  erased?: number;
}
