import type { CustomerRow, OrderDetailRow, OrderRow, ProductLineRow, ProductRow, RatingRow } from "./rows.ts";

/** A column's type in each dialect. */
interface ColumnTypes {
  readonly postgres: string;
  readonly mysql: string;
}

interface Table<Row> {
  readonly columns: { readonly [Column in keyof Row]: ColumnTypes };
  readonly primaryKey: readonly (keyof Row & string)[];
}

/** The same words in both dialects. */
const same = (type: string): ColumnTypes => ({ postgres: type, mysql: type });

const int = same("int NOT NULL");
const money = same("decimal(10,2) NOT NULL");
const text = (length: number): ColumnTypes => same(`varchar(${length}) NOT NULL`);
const textOrNull = (length: number): ColumnTypes => same(`varchar(${length}) DEFAULT NULL`);
/** MySQL's `datetime` holds no zone: the values are UTC. */
const time: ColumnTypes = { postgres: "timestamptz NOT NULL", mysql: "datetime NOT NULL" };
const timeOrNull: ColumnTypes = { postgres: "timestamptz DEFAULT NULL", mysql: "datetime DEFAULT NULL" };

/** The shop's tables, in the order in which they are filled. */
export const TABLES = {
  productlines: {
    columns: {
      productLine: text(50),
      textDescription: textOrNull(4000),
      htmlDescription: { postgres: "text", mysql: "mediumtext" },
      image: { postgres: "bytea", mysql: "mediumblob" },
    },
    primaryKey: ["productLine"],
  } satisfies Table<ProductLineRow>,
  products: {
    columns: {
      productCode: text(15),
      productName: text(70),
      productLine: text(50),
      productScale: text(10),
      productVendor: text(50),
      productDescription: same("text NOT NULL"),
      quantityInStock: same("smallint NOT NULL"),
      buyPrice: money,
      MSRP: money,
    },
    primaryKey: ["productCode"],
  } satisfies Table<ProductRow>,
  customers: {
    columns: {
      customerNumber: int,
      customerName: text(50),
      contactLastName: text(50),
      contactFirstName: text(50),
      phone: text(50),
      addressLine1: text(50),
      addressLine2: textOrNull(50),
      city: text(50),
      state: textOrNull(50),
      postalCode: textOrNull(15),
      country: text(50),
      salesRepEmployeeNumber: same("int DEFAULT NULL"),
      creditLimit: same("decimal(10,2) DEFAULT NULL"),
    },
    primaryKey: ["customerNumber"],
  } satisfies Table<CustomerRow>,
  orders: {
    columns: {
      orderNumber: int,
      orderDate: time,
      requiredDate: time,
      shippedDate: timeOrNull,
      status: text(15),
      comments: same("text"),
      customerNumber: int,
    },
    primaryKey: ["orderNumber"],
  } satisfies Table<OrderRow>,
  orderdetails: {
    columns: {
      orderNumber: int,
      productCode: text(15),
      quantityOrdered: int,
      priceEach: money,
      orderLineNumber: same("smallint NOT NULL"),
    },
    primaryKey: ["orderNumber", "productCode"],
  } satisfies Table<OrderDetailRow>,
  ratings: {
    columns: { customerNumber: int, productCode: text(15), productRating: same("smallint NOT NULL") },
    primaryKey: ["customerNumber", "productCode"],
  } satisfies Table<RatingRow>,
} as const;
export type TableName = keyof typeof TABLES;
