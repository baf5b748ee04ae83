import { element, part } from "../dashboard/elements.js";

import { CHANGE, shopper } from "./state.js";

/** @import { Exchange } from "./wire.js" */

const EXCHANGES_MAX = 40;
const NAMES_MAX = 3;
const WIDE = matchMedia("(min-width: 70rem)");

/** Names of items that the page has met, for people to read. @type {Map<string, string>} */
const names = new Map();

/** @param {string} id @param {string} name */
export function noteName(id, name) {
  names.set(id, name);
}

/** @param {number} at milliseconds since 1970 */
function clock(at) {
  return new Date(at).toLocaleTimeString("en-GB");
}

/** @param {readonly { item_id: string }[]} items */
function listed(items) {
  const shown = items.slice(0, NAMES_MAX).map(({ item_id: id }) => names.get(id) ?? id);
  const more = items.length - shown.length;
  return shown.join(" · ") + (more > 0 ? ` and ${more} more` : "");
}

/** @param {string} title @param {unknown} value */
function json(title, value) {
  return [
    element("h3", {}, title),
    element("pre", { tabindex: 0, "aria-label": title }, JSON.stringify(value, null, 2)),
  ];
}

/** @param {Exchange} exchange @param {string} kind @param {string} title @param {(Node | string | false)[]} lines */
function entry({ at, milliseconds, status, asked, answered }, kind, title, lines) {
  const isGood = status !== null && status < 300;
  return element(
    "li",
    { class: kind },
    element(
      "p",
      { class: "head" },
      element("strong", {}, title),
      element("time", { datetime: new Date(at).toISOString() }, clock(at)),
      element("span", { class: isGood ? "mark" : "mark failed" }, status === null ? "no answer" : status),
    ),
    ...lines.filter(Boolean).map((line) => element("p", {}, line)),
    element(
      "details",
      {},
      element("summary", {}, kind === "event" ? `Raw JSON · ${Math.round(milliseconds)} ms` : "Raw JSON"),
      ...json("Sent", asked),
      ...json("Received", answered),
    ),
  );
}

/** What became of one event. @param {Exchange} exchange @param {any} event @param {number} index */
function fateOf({ status, answered }, event, index) {
  if (status !== 202) return status === null ? "kept, and sent again later" : "refused";
  const rejected = answered?.rejected?.find((/** @type {any} */ other) => other.index === index);
  return rejected === undefined ? "" : `rejected: ${rejected.code}`;
}

/** @param {Exchange} exchange @returns {HTMLElement[]} newest first */
function eventEntries(exchange) {
  return exchange.asked.events
    .map((/** @type {any} */ event, /** @type {number} */ index) =>
      entry(
        { ...exchange, at: event.timestamp ? Date.parse(event.timestamp) : exchange.at, asked: event },
        "event",
        event.name,
        [listed(event.params.items ?? []) || event.params.search_term || "", fateOf(exchange, event, index)],
      ),
    )
    .reverse();
}

/** @param {Exchange} exchange */
function answerEntry(exchange) {
  const { asked, answered, milliseconds } = exchange;
  const shelves = answered?.shelves ?? [];
  for (const { items } of shelves) for (const { item_id: id, item } of items) noteName(id, item.name);
  const { key: _key, token: _token, ...question } = asked;
  const facts = element(
    "span",
    { class: "facts" },
    element("span", {}, `${Math.round(milliseconds)} ms`),
    element("span", {}, answered?.model_version ? `model ${answered.model_version}` : "no model"),
    answered?.degraded && element("span", { class: "failed" }, `degraded: ${answered.degraded.join(", ")}`),
  );
  const titles = shelves.map((/** @type {any} */ { title, items }) => `${title} (${items.length})`);
  return entry({ ...exchange, asked: question }, "answer", `answer for ${asked.placement}`, [
    answered?.shelves ? facts : "The page goes on with the shop’s own items.",
    ...titles,
  ]);
}

/** Shows an exchange with Endcap. @param {Exchange} exchange */
export function showExchange(exchange) {
  const made = exchange.resource === "events" ? eventEntries(exchange) : [answerEntry(exchange)];
  const list = part("exchanges");
  list.prepend(...made);
  while (list.childElementCount > EXCHANGES_MAX) list.lastElementChild?.remove();
  part("panel-empty").hidden = true;
  const count = part("panel-count");
  count.textContent = String(Number(count.textContent) + made.length);
}

function showState() {
  const { consent, customer } = shopper;
  const who = customer === null ? "an anonymous shopper" : `customer ${customer.user_id}`;
  if (consent === null) part("panel-state").textContent = "Nobody agreed yet: popular items, nothing sent or stored.";
  else if (!consent.personalization && !consent.analytics) {
    part("panel-state").textContent = "Consent refused: popular items, nothing sent or stored.";
  } else if (!consent.personalization) part("panel-state").textContent = "Counted without an id; popular items.";
  else part("panel-state").textContent = `Known as ${who}.`;
}

/** @param {boolean} isOpen */
function open(isOpen) {
  part("panel-content").hidden = !isOpen;
  part("panel-toggle").setAttribute("aria-expanded", String(isOpen));
  document.body.classList.toggle("panel-open", isOpen);
}

/** Opens the panel where there is room beside the page. */
export function startPanel() {
  open(WIDE.matches);
  part("panel-toggle").addEventListener("click", () => open(Boolean(part("panel-content").hidden)));
  document.addEventListener(CHANGE, showState);
  showState();
}
