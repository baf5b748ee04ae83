import { z } from "zod";

import { itemChangeElementSchema, itemChangeSchema, itemElementSchema, itemSchema } from "../../pushes/item-input.ts";
import { PUSHES_PER_REQUEST_MAX } from "../../pushes/limits.ts";
import { count, featureValue } from "../answers.ts";
import type { Resource } from "../operation.ts";

const live = z
  .literal(false)
  .optional()
  .describe("Only there when the push is stored and its way to the isolates is late.");

const item = z
  .strictObject({
    item_id: z.string(),
    name: z.string(),
    category: z.string(),
    price: z.number(),
    stock: z.number().nullable().describe("Null where no stock is kept: always available."),
    hidden: z.boolean(),
    image: z.string().nullable(),
    url: z.string().nullable(),
    features: z.record(z.string(), featureValue),
    live,
  })
  .meta({ id: "Item" });

const outcome = z
  .strictObject({
    accepted: count,
    rejected: z.array(
      z.strictObject({ index: count, item_id: z.string().nullable(), code: z.string(), message: z.string() }),
    ),
    live,
  })
  .meta({ id: "PushedItems" });

const many = <Element extends z.ZodType>(element: Element) =>
  z.strictObject({ items: z.array(element).min(1).max(PUSHES_PER_REQUEST_MAX) });

const FIELDS = {
  id: "The item's id.",
  items: "Elements; one that is refused leaves the others alone.",
  name: "What shoppers read.",
  category: "Its product line.",
  price: "Price of one piece.",
  stock: "Pieces; null where no stock is kept.",
  hidden: "Never recommended while it is true.",
  image: "Address of its picture: relative, or http(s).",
  url: "Address of its page: relative, or http(s).",
  features: "What models know it by; name and value.",
  public: "Which of the features shoppers may see.",
};
const exampleWhole = {
  name: "1962 Lancia Delta 16V",
  category: "Classic Cars",
  price: 147.74,
  stock: 12,
  features: { scale: "1:18", vendor: "Second Gear Diecast" },
};
const exampleItem = {
  item_id: "S10_4757",
  ...exampleWhole,
  hidden: false,
  image: null,
  url: null,
};

/** `/v1/items`, as the shop pushes it. */
export const items: Resource = {
  name: "Items",
  description:
    "What the shop knows before the next sync. The later fact wins, field by field. Stock, price and `hidden` are in effect " +
    "in every isolate within 10 seconds; a new item comes with the next snapshot (minutes).",
  operations: [
    {
      method: "put",
      path: "/v1/items/{id}",
      id: "putItem",
      summary: "Push one whole item",
      description: "What it leaves out a new item does not have; a known one keeps it.",
      access: { kind: "server", scopes: ["items:write"] },
      body: { schema: itemSchema },
      fields: FIELDS,
      answers: [
        { status: 201, description: "A new item.", schema: item, example: exampleItem },
        { status: 200, description: "A known item, as it is now.", schema: item, example: exampleItem },
      ],
      example: { path: { id: "S10_4757" }, body: exampleWhole },
    },
    {
      method: "patch",
      path: "/v1/items/{id}",
      id: "patchItem",
      summary: "Change stock, price or visibility of an item",
      access: { kind: "server", scopes: ["items:write"] },
      body: { schema: itemChangeSchema },
      fields: FIELDS,
      answers: [
        { status: 200, description: "The item as it is now.", schema: item, example: { ...exampleItem, stock: 0 } },
      ],
      refusals: ["not_found"],
      example: { path: { id: "S10_4757" }, body: { stock: 0 } },
    },
    {
      method: "put",
      path: "/v1/items",
      id: "putItems",
      summary: "Push many whole items",
      description: "Up to 1,000 elements and 4 MB.",
      access: { kind: "server", scopes: ["items:write"] },
      body: { schema: many(itemElementSchema) },
      fields: FIELDS,
      answers: [
        { status: 200, description: "What came of each.", schema: outcome, example: { accepted: 1, rejected: [] } },
      ],
      example: { body: { items: [{ item_id: "S10_4757", ...exampleWhole }] } },
    },
    {
      method: "patch",
      path: "/v1/items",
      id: "patchItems",
      summary: "Change stock, price or visibility of many items",
      description: "Up to 1,000 elements and 4 MB.",
      access: { kind: "server", scopes: ["items:write"] },
      body: { schema: many(itemChangeElementSchema) },
      fields: FIELDS,
      answers: [
        {
          status: 200,
          description: "What came of each.",
          schema: outcome,
          example: {
            accepted: 1,
            rejected: [
              {
                index: 1,
                item_id: "S99_0000",
                code: "not_found",
                message: "There is no item of that id. Send it whole: PUT /v1/items/:id.",
              },
            ],
          },
        },
      ],
      example: {
        body: {
          items: [
            { item_id: "S10_4757", price: 139.9 },
            { item_id: "S99_0000", hidden: true },
          ],
        },
      },
    },
  ],
};
