/** What stands in place of a value that may tell who a person is. */
export const MASKED = "[masked]";

/**
 * Words of a key that announce something about a person. Compared with the key's own words (`firstName`,
 * `billing_address`), so that `filename` or `emailless` stay.
 */
const PERSONAL_WORDS: ReadonlySet<string> = new Set(
  [
    "address birthdate birthday cellphone dob email emails fax firstname fullname gender geo iban ip lastname",
    "lat latitude lng lon longitude mail maiden mobile msisdn passport password passwd phone phones postcode secret",
    "ssn street surname tel telephone token username vat zip zipcode",
  ].flatMap((line) => line.split(" ")),
);
/** Pairs of words that are personal together only: `name` alone may be a product's. */
const PERSONAL_PAIRS: ReadonlySet<string> = new Set([
  "birth date",
  "card number",
  "client id",
  "credit card",
  "customer id",
  "customer name",
  "e mail",
  "family name",
  "first name",
  "full name",
  "given name",
  "last name",
  "postal code",
  "shopper id",
  "user id",
  "user name",
]);
// One character before and after the @ are enough to call it an address: masking too much costs a detail.
const EMAIL_PATTERN = /[^\s@]@[^\s@]+\.[^\s@]/;

function wordsOf(key: string): string[] {
  return key
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");
}

function looksPersonal(key: string): boolean {
  const words = wordsOf(key);
  return words.some(
    (word, position) => PERSONAL_WORDS.has(word) || PERSONAL_PAIRS.has(`${word} ${words[position + 1] ?? ""}`),
  );
}

/** A text, or {@link MASKED} when an e-mail address is in it. */
export function maskText(text: string): string {
  return EMAIL_PATTERN.test(text) ? MASKED : text;
}

/**
 * A copy of JSON with {@link MASKED} in place of what looks personal: by its key at any depth, or by being an e-mail
 * address. A help, not a promise: shops are asked not to send such things.
 */
export function maskPersonal(value: unknown): unknown {
  if (typeof value === "string") return maskText(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(maskPersonal);
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, looksPersonal(key) ? MASKED : maskPersonal(inner)]),
  );
}
