import { element, part } from "../dashboard/elements.js";

import { fetchLines, fetchShop, Refusal } from "./api.js";
import { askForConsent, close } from "./consent.js";
import { begin, tellConsent } from "./endcap.js";
import { accountPage, becomeCustomer, follow, signOut } from "./pages/account.js";
import { cartPage } from "./pages/cart.js";
import { checkoutPage, thanksPage } from "./pages/checkout.js";
import { greetAnew, homePage, lineAddress } from "./pages/home.js";
import { linePage, searchPage } from "./pages/items.js";
import { productPage } from "./pages/product.js";
import { noteName, showExchange, startPanel } from "./panel.js";
import { followEvents, followShopper, refreshShelves } from "./shelves.js";
import {
  CHANGE,
  CUSTOMER_ELSEWHERE,
  followOtherTabs,
  keepCustomer,
  piecesInCart,
  recall,
  SAID_ELSEWHERE,
  shopper,
} from "./state.js";
import { watchWire } from "./wire.js";

/** @import { Shop } from "./api.js" */
/** @import { Page } from "./pages/home.js" */

const NOT_FOUND = 404;

/** @type {Shop | null} */
let shop = null;
/** Counts the pages asked for: one that comes after a newer question is dropped. */
let turn = 0;

/** @param {string} path @returns {Promise<Page>} */
function pageOf(path) {
  const [, place = "", name = ""] = path.split("/").map(decodeURIComponent);
  switch (place) {
    case "lines":
      return linePage(name);
    case "products":
      return productPage(name);
    case "search":
      return searchPage(name);
    case "cart":
      return cartPage();
    case "checkout":
      return checkoutPage();
    case "thanks":
      return thanksPage();
    case "account":
      return accountPage(shop?.customers ?? []);
    default:
      return homePage();
  }
}

/** @param {unknown} error @returns {Page} */
function troublePage(error) {
  const title = error instanceof Refusal && error.status === NOT_FOUND ? "Nothing here" : "The shop cannot be reached";
  const text =
    error instanceof Refusal ? error.message : "Is there a connection? The page comes by itself once there is.";
  const again = element("button", { type: "button" }, "Try again");
  again.addEventListener("click", () => (shop === null ? location.reload() : void show()));
  const nodes = [
    element("h1", { tabindex: -1 }, title),
    element("p", { role: "alert" }, text),
    element("p", {}, again),
  ];
  return { title, nodes };
}

function markPlace() {
  for (const link of document.querySelectorAll("header a")) {
    if (link.getAttribute("href") === location.hash) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

/** Shows the page that the address names. */
async function show({ isFirst = false } = {}) {
  const own = ++turn;
  const main = part("page");
  main.setAttribute("aria-busy", "true");
  const page = await Promise.resolve()
    .then(() => pageOf(location.hash.slice(1)))
    .catch((error) => troublePage(error));
  if (own !== turn) return;
  main.replaceChildren(.../** @type {Node[]} */ (page.nodes.filter(Boolean)));
  main.setAttribute("aria-busy", "false");
  document.title = `${page.title} · ${shop?.name ?? "Demo shop"}`;
  markPlace();
  if (isFirst) return;
  scrollTo(0, 0);
  document.querySelector("h1")?.focus({ preventScroll: true });
}

function showShopper() {
  part("cart-count").textContent = String(piecesInCart());
  const { customer } = shopper;
  part("customer").textContent = customer === null ? "Sign in" : (customer.label.split(",")[0] ?? customer.label);
  for (const { item_id: id, item } of [...shopper.viewed, ...shopper.cart]) noteName(id, item.name);
  greetAnew();
}

/** The shopper answered in another tab: what this one knows of them and shows is of before. */
function hearOtherTab() {
  const { consent, customer } = shopper;
  if (customer === null) signOut();
  if (consent !== null) tellConsent(consent);
  close();
  refreshShelves();
}

async function showLines() {
  const lines = await fetchLines();
  part("lines").replaceChildren(...lines.map(({ name }) => element("a", { href: lineAddress(name) }, name)));
  markPlace();
}

async function start() {
  watchWire((exchange) => {
    showExchange(exchange);
    followEvents(exchange);
  });
  recall();
  // From here on: what another tab does while this one starts must not be undone by it.
  followOtherTabs();
  startPanel();
  try {
    shop = await fetchShop();
  } catch (error) {
    part("page").replaceChildren(.../** @type {Node[]} */ (troublePage(error).nodes));
    part("page").setAttribute("aria-busy", "false");
    return;
  }
  part("shop").textContent = shop.name;
  const known = shop.customers.find(({ user_id: id }) => id === shopper.customer?.user_id);
  begin(shop.publishable_key);
  document.addEventListener(CUSTOMER_ELSEWHERE, () => follow(shopper.customer));
  if (known === undefined) keepCustomer(null);
  else await becomeCustomer(known).catch(() => keepCustomer(null));
  showShopper();
  document.addEventListener(CHANGE, showShopper);
  document.addEventListener(SAID_ELSEWHERE, hearOtherTab);
  followShopper();
  askForConsent();
  addEventListener("hashchange", () => {
    // Other fragments are places on this page.
    if (location.hash === "" || location.hash.startsWith("#/")) void show();
  });
  addEventListener("online", () => {
    if (document.querySelector("main [role=alert]") !== null) void show();
  });
  void showLines().catch(() => undefined);
  await show({ isFirst: true });
}

// The address says which page this is: a jump within it must not change it.
part("skip").addEventListener("click", (event) => {
  event.preventDefault();
  part("page").focus();
});
part("search").addEventListener("submit", (event) => {
  event.preventDefault();
  const words = /** @type {HTMLInputElement} */ (part("words")).value.trim();
  if (words !== "") location.hash = `#/search/${encodeURIComponent(words)}`;
});
await start();
