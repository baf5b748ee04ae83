import type { TestDatabase, TestServer } from "../support/databases.ts";

/** A quoted name, as the server's dialect quotes it. */
export function quotedBy(dialect: TestServer["dialect"]): (name: string) => string {
  return (name) => (dialect === "mysql" ? `\`${name}\`` : `"${name}"`);
}

/** A small shop with the tables and columns that the project's configuration names. */
export interface ShopDatabase extends TestDatabase {
  /** Runs a statement in which `[name]` stands for a quoted name. */
  sql(statement: string): Promise<void>;
}

const TABLES = [
  `CREATE TABLE [customers] ([customerNumber] int PRIMARY KEY, [customerName] varchar(50), [city] varchar(50),
     [postalCode] varchar(15), [country] varchar(50), [creditLimit] decimal(10,2))`,
  `CREATE TABLE [products] ([productCode] varchar(15) PRIMARY KEY, [productName] varchar(70), [productLine] varchar(50),
     [productScale] varchar(10), [productVendor] varchar(50), [productDescription] text, [quantityInStock] smallint,
     [buyPrice] decimal(10,2), [MSRP] decimal(10,2))`,
  `CREATE TABLE [orders] ([orderNumber] int PRIMARY KEY, [orderDate] date, [status] varchar(15), [customerNumber] int)`,
  `CREATE TABLE [orderdetails] ([orderNumber] int, [productCode] varchar(15), [quantityOrdered] int,
     [priceEach] decimal(10,2), PRIMARY KEY ([orderNumber], [productCode]))`,
  `CREATE TABLE [ratings] ([customerNumber] int, [productCode] varchar(15), [productRating] smallint,
     PRIMARY KEY ([customerNumber], [productCode]))`,
];

const ROWS = [
  `INSERT INTO [customers] VALUES
     (103, 'Hobby am Kai', 'Brest', '29200', 'France', 18500.00), (112, 'Harbour Toys', 'Reno', '89501', 'USA', 64000.00),
     (114, 'Southern Scale', 'Hobart', '7000', 'Australia', NULL), (9, 'Thames Models', 'London', NULL, 'UK', 5.50)`,
  `INSERT INTO [products] VALUES
     ('P10_1001', '1968 Kestrel Twin', 'Motorcycles', '1:10', 'Foundry Nine', 'A fine replica', 640, 41.20, 88.40),
     ('P10_1002', '1951 Corvo Berlinetta', 'Classic Cars', '1:10', 'Brass Works', 'Turnable wheels', 0, 90.10, 199.90),
     ('P18_1003', '1938 Dunmore Pickup', 'Trucks and Buses', '1:18', 'Workshop B', 'Rubber tires', 75, 52.60, 104.80)`,
  `INSERT INTO [orders] VALUES (20001, '2004-05-03', 'Shipped', 103), (20002, '2004-05-07', 'Cancelled', 112)`,
  `INSERT INTO [orderdetails] VALUES (20001, 'P18_1003', 30, 99.50), (20001, 'P10_1001', 2, 80.10), (20002, 'P10_1002', 50, 200.00)`,
  `INSERT INTO [ratings] VALUES (103, 'P10_1001', 5), (103, 'P18_1003', 2), (112, 'P10_1002', 4)`,
];

/** Creates the shop in a new database: 4 users, 3 items, 2 orders, 3 ratings. */
export async function createShop(server: TestServer): Promise<ShopDatabase> {
  const database = await server.createDatabase();
  const quoted = quotedBy(server.dialect);
  const sql = (statement: string): Promise<void> =>
    database.run(statement.replaceAll(/\[(\w+)\]/g, (_, name: string) => quoted(name)));
  for (const statement of [...TABLES, ...ROWS]) await sql(statement);
  return { ...database, sql };
}
