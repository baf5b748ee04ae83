import { type ColumnRule, TIME_FILLERS } from "./column-rule.ts";

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

export const CANCELLED: ColumnRule = {
  kinds: ["boolean", "number", "datetime", "date"],
  phrases: { "cancelled flag": 9, voided: 7, "voided at": 7 },
  among: { word: "cancelled", fillers: TIME_FILLERS, points: 10 },
};

/** Words beside a price that make it another amount. */
export const NOT_THE_PRICE = [
  "total",
  "sum",
  "tax",
  "vat",
  "discount",
  "shipping",
  "old",
  "previous",
  "margin",
  "rebate",
];

/** The price of one piece, as it was paid. */
export const LINE_PRICE: ColumnRule = {
  money: true,
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
    // What is left of `unit_cents`.
    unit: 4.5,
  },
  heads: { price: 5 },
  never: [...NOT_THE_PRICE, "buy", "cost", "list", "original", "subtotal"],
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
    copy: 7,
    count: 6,
    amount: 4,
  },
  heads: { quantity: 5 },
  never: ["shipped", "returned", "refunded", "cancelled", "invoiced", "min", "max", "delivered", "backordered"],
};

export const CURRENCY: ColumnRule = {
  kinds: ["text"],
  phrases: { currency: 10, "currency code": 10, "currency iso": 9, "price currency": 9, "order currency": 9 },
};
