/** What stands under a key, as far as its name tells: the id of a user, of a client, of something else that tells people apart. */
export type KeyMeaning = "user" | "client" | "id" | "personal" | "other";

/** Keys whose value says who somebody is, in lower case without separators. */
const ID_KEYS: ReadonlyMap<string, KeyMeaning> = new Map<string, KeyMeaning>([
  ["user", "user"],
  ["userid", "user"],
  ["customer", "user"],
  ["customerid", "user"],
  ["customernumber", "user"],
  ["account", "user"],
  ["accountid", "user"],
  ["member", "user"],
  ["memberid", "user"],
  ["client", "client"],
  ["clientid", "client"],
  ["mergeclient", "client"],
  ["visitor", "client"],
  ["visitorid", "client"],
  ["shopper", "id"],
  ["session", "id"],
  ["sessionid", "id"],
  ["device", "id"],
  ["deviceid", "id"],
]);

/** Words that make a key personal wherever they stand in it. */
const PERSONAL_WORDS: ReadonlySet<string> = new Set([
  "email",
  "mail",
  "phone",
  "telephone",
  "tel",
  "mobile",
  "cell",
  "fax",
  "contact",
  "address",
  "addr",
  "street",
  "postal",
  "postcode",
  "zip",
  "zipcode",
  "ip",
  "ipv4",
  "ipv6",
  "birth",
  "birthday",
  "birthdate",
  "born",
  "dob",
  "age",
  "gender",
  "ssn",
  "passport",
  "iban",
  "vat",
  "password",
  "token",
  "secret",
  "authorization",
  "cookie",
  "card",
  "cvv",
  "cvc",
  "latitude",
  "longitude",
  "lat",
  "lng",
  "lon",
  "username",
  "surname",
  "firstname",
  "lastname",
  "fullname",
  "nickname",
]);

/** Whose name it is: `name` alone is an event's or an item's. */
const NAME_OWNERS: ReadonlySet<string> = new Set([
  "first",
  "last",
  "middle",
  "full",
  "given",
  "family",
  "maiden",
  "nick",
  "sur",
  "user",
  "customer",
  "client",
  "person",
  "buyer",
  "shopper",
  "recipient",
  "billing",
  "shipping",
  "holder",
]);

/** `contactFirstName`, `contact_first_name` and `CONTACT-FIRST-NAME` are the same words. */
function wordsOf(key: string): string[] {
  return key
    .replaceAll(/([\p{Ll}\d])(\p{Lu})/gu, "$1 $2")
    .replaceAll(/(\p{Lu})(\p{Lu}\p{Ll})/gu, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}\d]+/u)
    .filter((word) => word !== "");
}

/** What a key's name says of its value. It looks at names only: it would rather hide a column too many. */
export function keyMeaning(key: string): KeyMeaning {
  const words = wordsOf(key);
  const ofPerson = ID_KEYS.get(words.join(""));
  if (ofPerson !== undefined) return ofPerson;
  const isName = words.includes("name") && words.some((word) => NAME_OWNERS.has(word));
  // `addressLine1` and `phone2` are numbered.
  return isName || words.some((word) => PERSONAL_WORDS.has(word.replace(/\d+$/, "") || word)) ? "personal" : "other";
}
