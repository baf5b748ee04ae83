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
     (103, 'Atelier graphique', 'Nantes', '44000', 'France', 21000.00), (112, 'Signal Gift Stores', 'Las Vegas', '83030', 'USA', 71800.00),
     (114, 'Australian Collectors', 'Melbourne', '3004', 'Australia', NULL), (9, 'Euro+ Shopping', 'London', NULL, 'UK', 5.50)`,
  `INSERT INTO [products] VALUES
     ('S10_1678', '1969 Harley Davidson', 'Motorcycles', '1:10', 'Min Lin', 'A fine replica', 7933, 48.81, 95.70),
     ('S10_1949', '1952 Alpine Renault 1300', 'Classic Cars', '1:10', 'Classic Metal', 'Turnable wheels', 0, 98.58, 214.30),
     ('S18_1097', '1940 Ford Pickup', 'Trucks and Buses', '1:18', 'Studio M', 'Rubber tires', 2613, 58.33, 116.67)`,
  `INSERT INTO [orders] VALUES (10100, '2003-01-06', 'Shipped', 103), (10101, '2003-01-09', 'Cancelled', 112)`,
  `INSERT INTO [orderdetails] VALUES (10100, 'S18_1097', 30, 136.00), (10100, 'S10_1678', 2, 55.09), (10101, 'S10_1949', 50, 200.00)`,
  `INSERT INTO [ratings] VALUES (103, 'S10_1678', 5), (103, 'S18_1097', 2), (112, 'S10_1949', 4)`,
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
