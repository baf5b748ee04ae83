import { expect, it } from "vitest";

import { wordsOf } from "../../scripts/source/guess/words.ts";

it.each([
  ["productCode", "product code"],
  ["product_code", "product code"],
  ["PRODUCT_CODE", "product code"],
  ["customerID", "customer id"],
  ["orderdetails", "order detail"],
  ["quantityinstock", "quantity in stock"],
  ["SalesOrderDetail", "sale order detail"],
  ["categories", "category"],
  ["statuses", "status"],
  ["addresses", "address"],
  ["sizes", "size"],
  ["lastUpdate", "last updated"],
  ["zip_code", "postal code"],
  ["Kundennummer", "customer number"],
  ["geändert_am", "updated am"],
  ["Straße", "street"],
  ["warehouse", "warehouse"],
  ["address2", "address"],
  ["", ""],
])("%s says: %s", (name, words) => {
  expect(wordsOf(name).join(" ")).toBe(words);
});
