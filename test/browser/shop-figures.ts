/** A shop's figures that look like a shop's: the same for the same moment. */

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export const CURRENCY = "USD";
export const TIMEZONE = "Europe/Amsterdam";

/** Lines of the demo shop with the share of revenue of each. */
export const LINES = [
  ["Classic Cars", 0.38],
  ["Vintage Cars", 0.19],
  ["Motorcycles", 0.13],
  ["Planes", 0.11],
  ["Trucks and Buses", 0.1],
  ["Ships", 0.06],
  ["Trains", 0.03],
] as const;
export const COUNTRIES = [
  ["US", 0.36],
  ["FR", 0.16],
  ["ES", 0.13],
  ["AU", 0.09],
  ["GB", 0.08],
  ["DE", 0.07],
  ["JP", 0.05],
  ["", 0.06],
] as const;
export const ITEMS = [
  ["S10_1949", "1961 Castellan Roadster", "Classic Cars"],
  ["S18_2238", "1953 Lindqvist Estate", "Classic Cars"],
  ["S12_1099", "1975 Osprey Rally Coupé", "Classic Cars"],
  ["S24_2011", "1897 Resolute Clipper", "Ships"],
  ["S10_2016", "1985 Northgate Grand Tourer", "Motorcycles"],
  ["S18_1662", "1973 Hawthorn Business Jet", "Planes"],
  ["S12_4473", "1937 Hauler Charabanc", "Trucks and Buses"],
  ["S18_3140", "1926 Starling Phaeton", "Vintage Cars"],
  ["S50_1514", "1851 Black Forest Coal Train", "Trains"],
  ["S700_2824", "1973 Alvaro Targa", "Classic Cars"],
] as const;

/** 0 to 1, always the same for the same numbers. */
export function noise(...seeds: readonly number[]): number {
  let state = 2_166_136_261;
  for (const seed of seeds) state = Math.imul(state ^ (seed | 0), 16_777_619) >>> 0;
  state ^= state >>> 13;
  state = Math.imul(state, 1_540_483_477) >>> 0;
  return ((state ^ (state >>> 15)) >>> 0) / 4_294_967_296;
}

/** Orders of an hour: few at night, most in the evening, more at the end of a week. */
export function ordersOf(hour: number): number {
  const date = new Date(hour);
  const evening = Math.exp(-(((date.getUTCHours() + 24 - 19) % 24) ** 2) / 40);
  const noon = Math.exp(-((date.getUTCHours() - 12) ** 2) / 18);
  const weekend = [0, 6].includes(date.getUTCDay()) ? 1.35 : 1;
  const growth = 1 + (hour - Date.UTC(2026, 9, 1)) / (200 * DAY);
  return Math.round((2 + 16 * evening + 11 * noon) * weekend * growth * (0.75 + 0.5 * noise(hour / HOUR)));
}

/** Revenue of an hour. */
export function revenueOf(hour: number): number {
  return round(ordersOf(hour) * (148 + 40 * noise(hour / HOUR, 7)));
}

export function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** The beginnings of hours in a range. */
export function hoursBetween(from: number, to: number): number[] {
  const hours: number[] = [];
  for (let hour = Math.floor(from / HOUR) * HOUR; hour < to; hour += HOUR) hours.push(hour);
  return hours;
}

/** A share with Wilson's interval, by the names that a row has. */
export function shares(name: string, hits: number, trials: number): Record<string, number | null> {
  if (trials === 0) return { [name]: null, [`${name}_low`]: null, [`${name}_high`]: null };
  const z2 = 1.96 ** 2;
  const share = hits / trials;
  const middle = (share + z2 / (2 * trials)) / (1 + z2 / trials);
  const reach = (1.96 / (1 + z2 / trials)) * Math.sqrt((share * (1 - share)) / trials + z2 / (4 * trials ** 2));
  return { [name]: share, [`${name}_low`]: middle - reach, [`${name}_high`]: middle + reach };
}
