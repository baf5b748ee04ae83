/**
 * Panels are drawn anew from each answer, and what stands on the page is then made equal to the drawing: nodes stay
 * where they can, so that focus, selection, scrolling and opened tables outlive a refresh.
 */

/** Set by scripts or by whoever looks, not by the drawing. */
const KEPT_ATTRIBUTES = new Set(["open"]);

/** @param {Node} node @returns {string | null} what tells an element from its like beside it */
function keyOf(node) {
  return node instanceof Element ? node.getAttribute("data-key") : null;
}

/** @param {Node} old @param {Node} fresh */
function isSameKind(old, fresh) {
  return old.nodeType === fresh.nodeType && old.nodeName === fresh.nodeName && keyOf(old) === keyOf(fresh);
}

/** @param {Element} old @param {Element} fresh */
function patchAttributes(old, fresh) {
  for (const { name } of Array.from(old.attributes)) {
    if (!fresh.hasAttribute(name) && !KEPT_ATTRIBUTES.has(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value && !KEPT_ATTRIBUTES.has(name)) old.setAttribute(name, value);
  }
}

/** @param {any} old @param {any} fresh */
function patchNode(old, fresh) {
  if (!(old instanceof Element)) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  // What a script hangs on an element (a chart's figures, a table's rows) goes along.
  Object.assign(old, { carried: fresh.carried });
  patchAttributes(old, fresh);
  if (!old.hasAttribute("data-drawn-by-script")) patchChildren(old, [...fresh.childNodes]);
}

/**
 * Takes away what has a key that is drawn no longer. Before anything else: what stands behind it would be moved over it,
 * and a node that is moved loses the focus.
 * @param {Element} place @param {Node[]} fresh
 */
function removeGone(place, fresh) {
  const keys = new Set(fresh.map(keyOf));
  for (const node of Array.from(place.childNodes)) {
    const key = keyOf(node);
    if (key !== null && !keys.has(key)) place.removeChild(node);
  }
}

/** @param {Element} place @param {Node[]} fresh */
function patchChildren(place, fresh) {
  removeGone(place, fresh);
  const keyed = new Map([...place.childNodes].flatMap((node) => (keyOf(node) === null ? [] : [[keyOf(node), node]])));
  let next = place.firstChild;
  for (const node of fresh) {
    const key = keyOf(node);
    const candidate = key === null ? next : (keyed.get(key) ?? null);
    if (candidate === null || !isSameKind(candidate, node)) {
      place.insertBefore(node, next);
      continue;
    }
    if (candidate === next) next = next.nextSibling;
    else place.insertBefore(candidate, next);
    patchNode(candidate, node);
  }
  while (next !== null) {
    const after = next.nextSibling;
    next.remove();
    next = after;
  }
}

/** Makes what `place` holds equal to `fresh`. @param {Element} place @param {Node[]} fresh */
export function patch(place, fresh) {
  patchChildren(place, fresh);
}
