import type { ColumnKind } from "../../../domain/sync/replica.ts";

/** What a column that holds one thing is called and what type it has. Points go up to 10; below COLUMN_POINTS_MIN is a no. */
export interface ColumnRule {
  readonly kinds: readonly ColumnKind[];
  /** The whole name, without the words of its own table, and its points. */
  readonly phrases: Readonly<Record<string, number>>;
  /** The last word of a longer name. */
  readonly heads?: Readonly<Record<string, number>>;
  /** A word that may stand among filling words only. */
  readonly among?: { readonly word: string; readonly fillers: readonly string[]; readonly points: number };
  /** Words that rule a column out. */
  readonly never?: readonly string[];
}

const TIME_FILLERS = ["last", "at", "am", "on", "date", "time", "timestamp", "row", "sys", "system", "utc", "ts", "is"];

export const NAME: ColumnRule = {
  kinds: ["text"],
  phrases: { name: 10, title: 9.5, "display name": 9, "full name": 8, "name en": 9, label: 6, "short name": 5 },
};

export const CATEGORY: ColumnRule = {
  kinds: ["text"],
  phrases: {
    category: 10,
    "category name": 10,
    "category title": 9,
    "main category": 9.5,
    "category path": 8,
    "category code": 6,
    line: 8,
    genre: 8,
    department: 8,
    group: 7,
    "group name": 7.5,
    type: 6.5,
    "type name": 6.5,
    family: 6.5,
    section: 6,
    subcategory: 6,
    "sub category": 6,
    taxon: 6,
    collection: 5.5,
    kind: 5,
    class: 5,
  },
  heads: { category: 7 },
  never: ["tax", "shipping", "unit", "image", "slug", "description", "vat"],
};

const NOT_THE_PRICE = ["total", "sum", "tax", "vat", "discount", "shipping", "old", "previous", "margin", "rebate"];

export const PRICE: ColumnRule = {
  kinds: ["number"],
  phrases: {
    price: 10,
    "unit price": 9.5,
    "selling price": 9.5,
    "current price": 9.5,
    "list price": 9,
    "retail price": 9,
    "regular price": 9,
    "price each": 9,
    "price amount": 9,
    "unit amount": 8.5,
    "standard price": 8.5,
    "gross price": 8.5,
    "price brutto": 8.5,
    "price gross": 8.5,
    msrp: 8.5,
    rrp: 8,
    uvp: 8,
    "base price": 8,
    "sale price": 8,
    "net price": 7.5,
    amount: 5,
  },
  heads: { price: 5 },
  never: [
    ...NOT_THE_PRICE,
    "buy",
    "bought",
    "cost",
    "purchase",
    "wholesale",
    "supplier",
    "compare",
    "was",
    "special",
    "min",
    "max",
  ],
};

/** The price of one piece, as it was paid. */
export const LINE_PRICE: ColumnRule = {
  kinds: ["number"],
  phrases: {
    price: 10,
    "unit price": 10,
    "price each": 10,
    "paid price": 9.5,
    "actual price": 9,
    "final price": 9,
    "price paid": 9.5,
    "price at purchase": 9.5,
    "price at order": 9.5,
    "selling price": 9.5,
    "sale price": 9,
    "unit amount": 9,
    "gross price": 8.5,
    "net price": 8,
    "purchase price": 7,
    amount: 5,
  },
  heads: { price: 5 },
  never: [...NOT_THE_PRICE, "buy", "cost", "list", "original", "subtotal"],
};

/** What the shop itself paid: nothing that a shelf should learn from or show. */
export const COST: ColumnRule = {
  kinds: ["number", "text"],
  phrases: { "purchase price": 10, "supplier price": 10, "internal price": 9, "landed price": 9 },
  among: {
    word: "cost",
    fillers: ["unit", "of", "product", "item", "article", "price", "average", "avg", "last", "standard", "net", "good"],
    points: 10,
  },
  heads: { cost: 9, margin: 9, markup: 9, profit: 9 },
};
export const COST_WORDS: ReadonlySet<string> = new Set(["buy", "buying", "wholesale", "margin", "markup", "profit"]);

export const STOCK: ColumnRule = {
  kinds: ["number"],
  phrases: {
    stock: 10,
    "quantity in stock": 10,
    "stock quantity": 10,
    "unit in stock": 10,
    "on hand": 10,
    "quantity on hand": 10,
    "stock on hand": 10,
    "current stock": 10,
    "inventory quantity": 10,
    "in stock": 9,
    inventory: 9,
    "inventory count": 9,
    "stock level": 9,
    "stock count": 9,
    "available quantity": 9,
    "quantity available": 9,
    "available stock": 9,
    available: 7,
    quantity: 7,
  },
  heads: { stock: 6 },
  never: ["min", "minimum", "max", "maximum", "reorder", "reserved", "threshold", "low", "safety", "order"],
};

export const HIDDEN: ColumnRule = {
  kinds: ["boolean", "number"],
  phrases: {
    hidden: 10,
    hide: 9,
    disabled: 9,
    unlisted: 9,
    inactive: 9,
    unpublished: 9,
    discontinued: 8,
    archived: 8,
    retired: 8,
    obsolete: 8,
    blocked: 7,
    draft: 7,
  },
};

/** The opposite of hidden, which the configuration has no word for. */
export const SHOWN: ColumnRule = {
  kinds: ["boolean", "number"],
  phrases: { active: 10, visible: 10, published: 9, enabled: 9, listed: 8, sellable: 8, online: 7, available: 6 },
};

export const DELETED: ColumnRule = {
  kinds: ["boolean", "number", "datetime", "date", "text"],
  phrases: { "soft deleted": 9, "deleted flag": 9 },
  among: { word: "deleted", fillers: TIME_FILLERS, points: 10 },
};

export const CANCELLED: ColumnRule = {
  kinds: ["boolean", "number", "datetime", "date"],
  phrases: { "cancelled flag": 9, voided: 7, "voided at": 7 },
  among: { word: "cancelled", fillers: TIME_FILLERS, points: 10 },
};

export const IMAGE: ColumnRule = {
  kinds: ["text"],
  phrases: {
    "image url": 10,
    "picture url": 10,
    "photo url": 10,
    image: 9,
    picture: 9,
    photo: 9,
    "main image": 9,
    "image link": 9,
    "image src": 9,
    "featured image": 9,
    "image path": 8,
    "cover image": 8,
    "cover url": 7,
    thumbnail: 7,
    "thumbnail url": 7,
    "image file": 7,
    cover: 6,
  },
  never: ["alt", "id", "count", "caption"],
};

export const URL_ADDRESS: ColumnRule = {
  kinds: ["text"],
  phrases: { url: 9, permalink: 9, "page url": 9, "detail url": 9, "web url": 9, link: 7 },
  never: ["key", "slug"],
};

export const SLUG: ColumnRule = {
  kinds: ["text"],
  phrases: { slug: 10, "url slug": 10, "url key": 9, handle: 9, "seo name": 8 },
};

export const COUNTRY: ColumnRule = {
  kinds: ["text"],
  phrases: {
    country: 10,
    "country code": 10,
    "country iso": 9.5,
    "iso country": 9.5,
    "country name": 9,
    "shipping country": 8,
    "billing country": 7,
  },
};

export const ORDER_TIME: ColumnRule = {
  kinds: ["datetime", "date", "number"],
  phrases: {
    "ordered at": 10,
    "order date": 10,
    "order time": 10,
    "placed at": 10,
    "purchased at": 10,
    "order purchase timestamp": 10,
    "purchase timestamp": 10,
    ordered: 9.5,
    "purchase date": 9.5,
    "sold at": 9.5,
    "sale date": 9.5,
    "date placed": 9.5,
    "invoice date": 9.5,
    date: 9,
    "transaction date": 8.5,
    "submitted at": 8,
    "created at": 8,
    created: 7.5,
    "created on": 7.5,
    "created am": 7.5,
    "created date": 7.5,
    "date created": 7.5,
    "date added": 7.5,
    "date add": 7.5,
    timestamp: 7,
    time: 7,
    "checkout at": 7,
    "completed at": 6.5,
    "paid at": 6,
    "confirmed at": 6,
  },
};

export const STATUS: ColumnRule = {
  kinds: ["text", "number"],
  phrases: {
    status: 10,
    "status name": 9,
    "status code": 8.5,
    "status id": 8,
    "current state": 8,
    state: 7,
    "financial status": 7,
    "payment status": 6.5,
    "state id": 6,
    "fulfillment status": 5,
    stage: 4,
  },
};

export const QUANTITY: ColumnRule = {
  kinds: ["number"],
  phrases: {
    quantity: 10,
    "quantity ordered": 10,
    "ordered quantity": 10,
    "order quantity": 10,
    piece: 8,
    unit: 7,
    count: 6,
    amount: 4,
  },
  heads: { quantity: 5 },
  never: ["shipped", "returned", "refunded", "cancelled", "invoiced", "min", "max", "delivered", "backordered"],
};

export const RATING: ColumnRule = {
  kinds: ["number"],
  phrases: {
    rating: 10,
    "star rating": 10,
    "rating value": 10,
    star: 9.5,
    "overall rating": 9.5,
    "rating overall": 9.5,
    "rating star": 9.5,
    score: 8,
    "rating score": 9,
    "review score": 9,
    "review rating": 10,
    grade: 7,
    vote: 5,
    value: 5,
    point: 5,
  },
  never: ["count", "helpful", "average", "avg", "total", "id"],
};

export const RATING_TIME: ColumnRule = {
  kinds: ["datetime", "date"],
  phrases: {
    "rated at": 10,
    "reviewed at": 10,
    "rating date": 9.5,
    "review date": 9.5,
    date: 9,
    "created at": 9,
    "created am": 9,
    "created on": 8.5,
    created: 8,
    "created date": 8,
    "submitted at": 8,
    "date added": 8,
    "date add": 8,
    "date created": 8,
    timestamp: 8,
    time: 8,
  },
};

/** When a row was last changed. */
export const UPDATED: ColumnRule = {
  kinds: ["datetime"],
  phrases: {},
  among: { word: "updated", fillers: TIME_FILLERS, points: 10 },
};

/** JSON of which every member says something about the item. */
export const ATTRIBUTES: ColumnRule = {
  kinds: ["text", "json"],
  phrases: {
    attribute: 10,
    property: 10,
    spec: 10,
    specification: 10,
    feature: 9,
    characteristic: 9,
    detail: 8,
    option: 7,
    metadata: 6,
    meta: 6,
    data: 6,
    extra: 6,
    "custom field": 8,
  },
  heads: { attribute: 9, property: 9, spec: 9, specification: 9 },
};

export const CURRENCY: ColumnRule = {
  kinds: ["text"],
  phrases: { currency: 10, "currency code": 10, "currency iso": 9, "price currency": 9, "order currency": 9 },
};
