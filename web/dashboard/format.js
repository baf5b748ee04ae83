/** Numbers and times as the browser's locale writes them. What is not known is a dash. */

const UNKNOWN = "–";
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Smaller than this, a chance is only said to be smaller. */
const CHANCE_SHOWN_MIN = 1e-9;
const CURRENCY_CODE = /^[a-z]{3}$/i;
const HUNDREDTHS = { minimumFractionDigits: 2, maximumFractionDigits: 2 };
/** Money above this is written without its cents. */
const ROUNDED_FROM = 1_000;

const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const hundredths = new Intl.NumberFormat(undefined, { maximumFractionDigits: 2 });
const spelt = new Intl.NumberFormat(undefined, {
  notation: "compact",
  compactDisplay: "long",
  maximumFractionDigits: 0,
});
const compact = new Intl.NumberFormat(undefined, { notation: "compact", maximumFractionDigits: 1 });

/** 08:00, but 8:00 PM. @type {"2-digit" | "numeric"} */
const HOUR_STYLE =
  new Intl.DateTimeFormat(undefined, { hour: "numeric" }).resolvedOptions().hour12 === true ? "numeric" : "2-digit";

/** @param {number | null | undefined} value */
export function count(value) {
  return value === null || value === undefined ? UNKNOWN : whole.format(value);
}

/** @param {number | null | undefined} value with up to one decimal, or two below ten */
export function amount(value) {
  if (value === null || value === undefined) return UNKNOWN;
  return Math.abs(value) < 10 ? hundredths.format(value) : tenths.format(value);
}

/** @param {number} value short, for axes */
export function short(value) {
  return compact.format(value);
}

/** @param {number | null | undefined} value @param {string} currency ISO 4217, or what was sent instead @param {boolean} [isShort] for axes */
export function money(value, currency, isShort = false) {
  if (value === null || value === undefined) return UNKNOWN;
  /** @type {Intl.NumberFormatOptions} */
  const style = {
    ...(isShort ? { notation: "compact", minimumFractionDigits: 0, maximumFractionDigits: 1 } : {}),
    ...(!isShort && Math.abs(value) >= ROUNDED_FROM ? { minimumFractionDigits: 0, maximumFractionDigits: 0 } : {}),
  };
  // Else as many digits as the currency has: a yen has none, a dinar three.
  if (CURRENCY_CODE.test(currency))
    return new Intl.NumberFormat(undefined, { style: "currency", currency, ...style }).format(value);
  // Storefronts have sent other things than codes, which Intl refuses to write.
  return `${new Intl.NumberFormat(undefined, { ...HUNDREDTHS, ...style }).format(value)} ${currency}`;
}

/** @param {number | null | undefined} share 0 to 1 @param {number} [digits] */
export function percent(share, digits = 1) {
  if (share === null || share === undefined) return UNKNOWN;
  return new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: digits }).format(share);
}

/** Shares that stand below each other: as many digits each, one more where they are small. @param {number | null | undefined} share */
export function rate(share) {
  if (share === null || share === undefined) return UNKNOWN;
  const digits = share < 0.1 ? 2 : 1;
  return new Intl.NumberFormat(undefined, {
    style: "percent",
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(share);
}

/**
 * A change against a value before, signed, or null where there was none to speak of: in a range with more returned than
 * sold it is below zero, and a share of that says nothing.
 * @param {number} value @param {number} before
 */
export function change(value, before) {
  if (before <= 0) return null;
  const difference = value / before - 1;
  return new Intl.NumberFormat(undefined, {
    style: "percent",
    maximumFractionDigits: Math.abs(difference) < 0.1 ? 1 : 0,
    signDisplay: "exceptZero",
  }).format(difference);
}

/** @param {number} value @param {string} unit @param {number} [digits] */
function unit(value, unit, digits = 0) {
  return new Intl.NumberFormat(undefined, {
    style: "unit",
    unit,
    unitDisplay: "short",
    maximumFractionDigits: digits,
  }).format(value);
}

/** @param {number | null | undefined} seconds in the unit that people would say it in */
export function duration(seconds) {
  if (seconds === null || seconds === undefined) return UNKNOWN;
  if (seconds < 10) return unit(seconds, "second", 1);
  if (seconds < 2 * MINUTE) return unit(seconds, "second");
  if (seconds < 2 * HOUR) return unit(seconds / MINUTE, "minute");
  if (seconds < 2 * DAY) return unit(seconds / HOUR, "hour", 1);
  return unit(seconds / DAY, "day", 1);
}

/** @param {number} days */
export function days(days) {
  return unit(days, "day", days < 10 ? 1 : 0);
}

/** How unlikely something is by chance alone. @param {number} chance */
export function chance(chance) {
  if (chance < CHANCE_SHOWN_MIN) return "less than one in a billion";
  return `one in ${spelt.format(1 / chance)}`;
}

/** Times in one zone. @param {string} zone an IANA name */
export function clock(zone) {
  /** @param {Intl.DateTimeFormatOptions} options */
  function writer(options) {
    const format = new Intl.DateTimeFormat(undefined, { timeZone: zone, ...options });
    /** @param {string | number | Date | null | undefined} time */
    return (time) => (time === null || time === undefined ? UNKNOWN : format.format(new Date(time)));
  }
  const date = writer({ day: "numeric", month: "short" });
  const second = writer({ hour: HOUR_STYLE, minute: "2-digit", second: "2-digit" });
  const minute = writer({ day: "numeric", month: "short", hour: HOUR_STYLE, minute: "2-digit" });
  return {
    zone,
    date,
    day: writer({ weekday: "short", day: "numeric", month: "short" }),
    hour: writer({ hour: HOUR_STYLE, minute: "2-digit" }),
    second,
    minute,
    /** To the second, but with its date where that is not today's. @param {string | number} time @param {number} now */
    moment: (time, now) => (date(time) === date(now) ? second(time) : minute(time)),
  };
}

/** @typedef {ReturnType<typeof clock>} Clock */
