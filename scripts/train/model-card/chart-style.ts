/**
 * Colours of lines, for light and for dark ground: hues that people with any kind of colour blindness tell apart (Okabe
 * & Ito, "Color universal design", 2008), darkened or lightened to a contrast of 3 : 1 with their ground.
 */
const LINE_COLOURS = [
  { light: "#0072b2", dark: "#56b4e9" },
  { light: "#d55e00", dark: "#ff9d5c" },
  { light: "#00845f", dark: "#2fd0a0" },
  { light: "#a8457f", dark: "#e79ac6" },
  { light: "#6f6f00", dark: "#f0e442" },
  { light: "#4a4a55", dark: "#c9c9d4" },
] as const;
/** With each round of colours the lines are dashed in another way. */
const DASHES = ["", "7 4", "2 3"] as const;

/** Class of the series at a place: its colour. */
export function lineClass(place: number): string {
  return `line-${place % LINE_COLOURS.length}`;
}

/** `stroke-dasharray` of the series at a place, "" for a whole line. */
export function dashOf(place: number): string {
  return DASHES[Math.floor(place / LINE_COLOURS.length) % DASHES.length] ?? "";
}

const lineRules = (scheme: "light" | "dark"): string =>
  LINE_COLOURS.map((colour, place) => `.line-${place}{--line:${colour[scheme]}}`).join("");

/** The style of a chart, in the colours that the reader's system asks for. */
export const CHART_STYLE = [
  "svg{font:12px system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif}",
  "svg{--ground:#ffffff;--text:#1f2328;--quiet:#59636e;--grid:#e4e7eb;--axis:#8c959f}",
  lineRules("light"),
  `@media (prefers-color-scheme:dark){svg{--ground:#0d1117;--text:#e6edf3;--quiet:#9198a1;--grid:#262c36;--axis:#6e7681}${lineRules("dark")}}`,
  ".ground{fill:var(--ground)}.grid{stroke:var(--grid)}.axis{stroke:var(--axis)}",
  "text{fill:var(--text);font-variant-numeric:tabular-nums}.title{font-size:15px;font-weight:600}.quiet{fill:var(--quiet)}",
  ".curve{fill:none;stroke:var(--line);stroke-width:2;stroke-linejoin:round;stroke-linecap:round}",
  ".dot{fill:var(--line);stroke:var(--ground);stroke-width:1.5}.leader{stroke:var(--line);opacity:.5}",
].join("\n");
