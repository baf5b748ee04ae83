import type { ColumnRule } from "./column-rule.ts";
import { NOT_THE_PRICE } from "./order-rules.ts";

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

export const PRICE: ColumnRule = {
  money: true,
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

/** What the shop itself paid: nothing that a shelf should learn from or show. */
export const COST: ColumnRule = {
  money: true,
  kinds: ["number", "text"],
  phrases: { "purchase price": 10, "supplier price": 10, "internal price": 9, "landed price": 9 },
  among: {
    word: "cost",
    fillers: ["unit", "of", "product", "item", "article", "price", "average", "avg", "last", "standard", "net", "good"],
    points: 10,
  },
  heads: { cost: 9, margin: 9, markup: 9, profit: 9 },
};

/** Words of amounts that are the shop's own business, wherever they stand. */
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
