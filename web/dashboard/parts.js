import { Refusal } from "./api.js";
import { nothing, panel } from "./panels.js";

/**
 * A part of a view, drawn by itself: what is wrong with one takes no other away.
 * @typedef {{ title: string, draw: () => Node | Node[], isWide?: boolean }} Part `title` is the panel's that stands in its place
 */

/** @param {unknown} error */
function wordsOf(error) {
  if (error instanceof Refusal) return error.message;
  reportError(error);
  return "This page failed to show them.";
}

/** What the parts of a view come to, and why some could not be drawn. @param {Part[]} parts @returns {{ nodes: Node[], failures: string[] }} */
export function drawPanels(parts) {
  /** @type {string[]} */
  const failures = [];
  const nodes = parts.flatMap(({ title, draw, isWide = true }) => {
    try {
      return draw();
    } catch (error) {
      const words = wordsOf(error);
      failures.push(words);
      return [panel({ title, body: [nothing("These figures are missing.", words)], isWide })];
    }
  });
  return { nodes, failures };
}
