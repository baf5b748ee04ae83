import { element } from "../../dashboard/elements.js";

import { signIn } from "../api.js";
import { tellCustomer } from "../endcap.js";
import { keepCustomer, shopper } from "../state.js";
import { say } from "../status.js";

/** @import { Customer } from "../api.js" */
/** @import { Page } from "./home.js" */

/** Tokens of the demo live an hour. */
const RENEW_MILLISECONDS = 50 * 60_000;
let renewal = 0;

/** Signs in, again before the token ends. @param {Customer} customer */
export async function becomeCustomer({ user_id: id, label }) {
  const { token } = await signIn(id);
  tellCustomer({ user_id: id, token });
  keepCustomer({ user_id: id, label });
  clearTimeout(renewal);
  renewal = setTimeout(() => void becomeCustomer({ user_id: id, label }).catch(() => undefined), RENEW_MILLISECONDS);
}

function leave() {
  clearTimeout(renewal);
  tellCustomer(null);
  keepCustomer(null);
  say("You are signed out.");
  location.hash = "#/";
}

/** @param {Customer} customer */
function choice(customer) {
  const { label, user_id: id } = customer;
  const name = label === id ? `Customer ${id}` : label;
  const button = element(
    "button",
    { type: "button", class: "customer" },
    element("span", { class: "name" }, name),
    label !== id && element("span", { class: "note" }, `Customer ${id}`),
  );
  button.addEventListener("click", async () => {
    try {
      await becomeCustomer(customer);
      say(`Signed in as ${name}.`);
      location.hash = "#/";
    } catch {
      say("Signing in did not work. Try again.");
    }
  });
  return element("li", {}, button);
}

/** @param {readonly Customer[]} customers @returns {Promise<Page>} */
export async function accountPage(customers) {
  const { customer } = shopper;
  if (customer !== null) {
    const out = element("button", { type: "button" }, "Sign out");
    out.addEventListener("click", leave);
    const title = "Your account";
    const who = `You are signed in as customer ${customer.user_id}.`;
    return { title, nodes: [element("h1", { tabindex: -1 }, title), element("p", {}, who), element("p", {}, out)] };
  }
  const title = "Sign in";
  const note =
    "Be one of the shop’s customers, without a password: they bought here before, and the shelves know what. It needs your consent to personalisation.";
  return {
    title,
    nodes: [
      element("h1", { tabindex: -1 }, title),
      element("p", {}, note),
      element("ul", { class: "customers", role: "list" }, ...customers.map(choice)),
    ],
  };
}
