import { part } from "./elements.js";
import { EVERY_MILLISECONDS } from "./refresh.js";

/** @import { Clock } from "./format.js" */

/** Figures of which two turns came to nothing are not live any more. */
const STALE_AFTER_MILLISECONDS = 2 * EVERY_MILLISECONDS;
const LOOK_EVERY_MILLISECONDS = 1_000;

/** When the figures on the page came, in milliseconds; 0 while there are none. */
let refreshedAt = 0;
/** The clock that was told the time by last. @type {Clock | null} */
let known = null;

/** @param {string} text @param {"" | "asking" | "stale"} state */
function write(text, state) {
  part("live-text").textContent = text;
  part("live").className = state;
}

/** @param {Clock} clock */
function writeStale(clock) {
  write(refreshedAt === 0 ? "No figures yet" : `Not refreshed since ${clock.moment(refreshedAt, Date.now())}`, "stale");
}

/** The figures on the page are of now; what the line says of them waits for the charts. */
export function noteRefreshed() {
  refreshedAt = Date.now();
}

/** Says that the figures are fresh. @param {string | undefined} missing what could not be shown @param {Clock} clock */
export function sayRefreshed(missing, clock) {
  known = clock;
  const time = clock.second(refreshedAt);
  if (missing === undefined) write(`Live · refreshed at ${time}, every 15 seconds while in view`, "");
  else write(`Refreshed in part at ${time}`, "stale");
  part("trouble").textContent =
    missing === undefined ? "" : `Something is missing. ${missing} Trying again every 15 seconds.`;
}

/** Says why there are no fresh figures. @param {string} message @param {Clock} clock */
export function sayTrouble(message, clock) {
  known = clock;
  const since = refreshedAt === 0 ? "" : ` These figures are of ${clock.moment(refreshedAt, Date.now())}.`;
  part("trouble").textContent = `${message}${since} Trying again every 15 seconds.`;
  writeStale(clock);
}

/** Of another question nothing is known yet. @param {string} [meanwhile] what to say until it is */
export function forgetFigures(meanwhile = "") {
  refreshedAt = 0;
  known = null;
  write(meanwhile, meanwhile === "" ? "" : "asking");
  part("trouble").textContent = "";
}

/**
 * Takes the word "Live" back from figures that have grown old, whatever keeps new ones away. By looking every second
 * and not by one long timer, which stands still while a computer sleeps.
 */
export function watchAge() {
  setInterval(() => {
    if (known !== null && refreshedAt !== 0 && Date.now() - refreshedAt > STALE_AFTER_MILLISECONDS) writeStale(known);
  }, LOOK_EVERY_MILLISECONDS);
}
