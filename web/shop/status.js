import { part } from "../dashboard/elements.js";

/** Says something to who does not see the page, and briefly to who does. @param {string} text */
export function say(text) {
  part("status").textContent = text;
}
