import { clientId, keepAccess, newClientId, readAccess } from "./access.js";
import { fetchRecommendation, recommendationRequest, Refusal, sendEvent } from "./api.js";
import { showShelves } from "./shelves.js";

/** @import { Access } from "./access.js" */
/** @import { Shopper } from "./api.js" */
/** @import { ShelfItem } from "./shelves.js" */

/** @param {string} id @returns {HTMLElement} */
function part(id) {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`The page has no #${id}.`);
  return found;
}

const accessForm = /** @type {HTMLFormElement} */ (part("access"));
const choices = /** @type {HTMLFormElement} */ (part("choices"));

/** @type {Access | null} */
let access = null;
/** The page's item: the sample, then whatever was clicked last. @type {{ id: string, name: string } | null} */
let pageItem = null;
let loading = new AbortController();

/** @param {string} name */
function chosen(name) {
  const choice = choices.elements.namedItem(name);
  return choice instanceof RadioNodeList ? choice.value : "";
}

/** @param {Access} known @returns {Shopper} */
function shopper(known) {
  const { user, token } = known;
  if (chosen("shopper") === "user" && user !== null && token !== null) return { user_id: user, token };
  return { client_id: clientId() };
}

/** @param {unknown} error */
function showFailure(error) {
  part("status").textContent =
    error instanceof Refusal ? error.message : "The server cannot be reached. Is it running? Try again.";
  part("status").className = "failure";
}

/** @param {string} text */
function showStatus(text) {
  part("status").textContent = text;
  part("status").className = "";
}

/** Asks for the shelves of the chosen page and shopper; an answer that comes after a newer question is dropped. */
async function loadShelves() {
  if (access === null) return;
  const placement = chosen("placement");
  const item = placement === "product" ? pageItem : null;
  part("viewing").hidden = item === null;
  part("viewing").textContent = item === null ? "" : `You are looking at ${item.name}.`;
  if (placement === "product" && item === null) {
    part("shelves").replaceChildren();
    showStatus("A product page needs a product: click one on the home page first.");
    return;
  }
  loading.abort();
  loading = new AbortController();
  const { signal } = loading;
  const request = recommendationRequest(access.key, shopper(access), { placement, item: item?.id ?? null });
  part("request").textContent = request.shown;
  part("shelves").setAttribute("aria-busy", "true");
  try {
    const answer = /** @type {any} */ (await fetchRecommendation(request.url, signal));
    part("answer").textContent = JSON.stringify(answer, null, 2);
    showShelves(part("shelves"), answer.shelves, (name, entry) => void tell(name, entry, answer.recommendation_id));
  } catch (error) {
    if (signal.aborted) return;
    showFailure(error);
  }
  part("shelves").setAttribute("aria-busy", "false");
}

/** @param {"view_item" | "add_to_cart"} name @param {ShelfItem} entry @param {string} recommendationId */
async function tell(name, entry, recommendationId) {
  if (access === null) return;
  const { item, item_id: itemId } = entry;
  try {
    const sent = await sendEvent(access.key, shopper(access), { name, itemId, price: item.price, recommendationId });
    part("event").textContent = `${sent.shown}\n\n${JSON.stringify(sent.answer, null, 2)}`;
  } catch (error) {
    showFailure(error);
    return;
  }
  if (name === "view_item") pageItem = { id: itemId, name: item.name };
  showStatus(name === "view_item" ? `Viewed ${item.name}.` : `Put ${item.name} into the cart.`);
  await loadShelves();
}

/** @param {Access | null} opened */
function open(opened) {
  access = opened;
  accessForm.hidden = opened !== null;
  part("playground").hidden = opened === null;
  if (opened === null) return;
  pageItem = opened.item === null ? null : { id: opened.item, name: opened.item };
  const knownUser = part("known-user");
  knownUser.hidden = opened.user === null;
  const label = knownUser.querySelector("span");
  if (label !== null) label.textContent = `Customer ${opened.user ?? ""}`;
  const shopperChoice = choices.elements.namedItem("shopper");
  if (shopperChoice instanceof RadioNodeList) shopperChoice.value = opened.user === null ? "anonymous" : "user";
  showStatus("");
  void loadShelves();
}

accessForm.addEventListener("submit", (event) => {
  event.preventDefault();
  const fields = new URLSearchParams();
  for (const { name, value } of accessForm.querySelectorAll("input")) fields.set(name, value.trim());
  open(keepAccess(fields));
});
choices.addEventListener("change", () => {
  showStatus("");
  void loadShelves();
});
part("new-shopper").addEventListener("click", () => {
  newClientId();
  const shopperChoice = choices.elements.namedItem("shopper");
  if (shopperChoice instanceof RadioNodeList) shopperChoice.value = "anonymous";
  showStatus("Somebody new is shopping.");
  void loadShelves();
});
// Another link pasted into the same tab changes the fragment only.
addEventListener("hashchange", () => open(readAccess()));
open(readAccess());
