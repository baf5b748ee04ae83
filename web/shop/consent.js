import { part } from "../dashboard/elements.js";

import { tellConsent } from "./endcap.js";
import { keepConsent, shopper } from "./state.js";

/** @import { Consent } from "./state.js" */

const purposes = /** @type {HTMLFormElement} */ (part("purposes"));
const choose = part("choose");

/** @param {"personalization" | "analytics"} name */
function box(name) {
  return /** @type {HTMLInputElement} */ (purposes.elements.namedItem(name));
}

/** @param {boolean} isOpen */
function openPurposes(isOpen) {
  purposes.hidden = !isOpen;
  choose.setAttribute("aria-expanded", String(isOpen));
}

/** @param {Consent} said */
function answer(said) {
  // The client first: what it kept is gone before the page says that nothing is kept.
  tellConsent(said);
  keepConsent(said);
  close();
}

/** Asks no longer: the shopper answered, here or in another tab. */
export function close() {
  const hadFocus = part("consent").contains(document.activeElement);
  part("consent").hidden = true;
  document.body.classList.remove("asked");
  if (hadFocus) part("page").focus({ preventScroll: true });
}

function ask() {
  box("personalization").checked = shopper.consent?.personalization ?? false;
  box("analytics").checked = shopper.consent?.analytics ?? false;
  openPurposes(false);
  part("consent").hidden = false;
  document.body.classList.add("asked");
}

/** Asks whoever was not asked yet, and whoever wants to be asked again. */
export function askForConsent() {
  part("accept").addEventListener("click", () => answer({ personalization: true, analytics: true }));
  part("refuse").addEventListener("click", () => answer({ personalization: false, analytics: false }));
  choose.addEventListener("click", () => openPurposes(Boolean(purposes.hidden)));
  purposes.addEventListener("submit", (event) => {
    event.preventDefault();
    answer({ personalization: box("personalization").checked, analytics: box("analytics").checked });
  });
  part("privacy").addEventListener("click", () => {
    ask();
    part("consent-title").focus();
  });
  if (shopper.consent === null) ask();
}
