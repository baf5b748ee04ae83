const SVG = "http://www.w3.org/2000/svg";

/**
 * What may stand in an element: text is always set as text, never as markup.
 * @typedef {Node | string | number | null | undefined | false} Child
 */

/** @param {Element} made @param {Record<string, string | number | boolean | null | undefined>} attributes @param {Child[]} children */
function fill(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    made.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    made.append(typeof child === "number" ? String(child) : child);
  }
}

/**
 * @param {string} tag @param {Record<string, string | number | boolean | null | undefined>} [attributes] absent ones are left out
 * @param {...Child} children
 * @returns {HTMLElement}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  fill(made, attributes, children);
  return made;
}

/** @param {string} tag @param {Record<string, string | number | boolean | null | undefined>} [attributes] @param {...Child} children */
export function svg(tag, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, tag);
  fill(made, attributes, children);
  return made;
}

/** The page's element of this id. @param {string} id @returns {HTMLElement} */
export function part(id) {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`The page has no #${id}.`);
  return found;
}

/**
 * A sentence of the API, where commands and names stand in backticks as in a message to Slack.
 * @param {string | null | undefined} text @param {...Child} more
 */
export function prose(text, ...more) {
  const parts = (text ?? "").split(/`([^`]+)`/);
  const children = parts.map((words, place) => (place % 2 === 1 ? element("code", {}, words) : words));
  return element("span", { class: "prose" }, ...children, ...more);
}
