import { part } from "../dashboard/elements.js";

/** Says what changed to who listens to the page; who looks at it sees that beside what they pressed. @param {string} text */
export function say(text) {
  part("status").textContent = text;
}
