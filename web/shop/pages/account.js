import { element } from "../../dashboard/elements.js";

import { signIn } from "../api.js";
import { tellCustomer } from "../endcap.js";
import { keepCustomer, shopper } from "../state.js";
import { say } from "../status.js";

/** @import { Customer } from "../api.js" */
/** @import { Page } from "./home.js" */

/** Tokens of the demo live an hour. */
const RENEW_MILLISECONDS = 50 * 60_000;
/** After a renewal that failed, unless the browser is online again before. */
const RETRY_MILLISECONDS = 60_000;
let renewal = 0;
/** Who is signed in with a token that could not be renewed. @type {Customer | null} */
let overdue = null;
/** Counts who came and went: a token that comes after somebody signed out, or another in, is dropped. */
let turn = 0;

function begin() {
  clearTimeout(renewal);
  overdue = null;
  return ++turn;
}

/** Signs in, again before the token ends. @param {Customer} customer @returns whether nobody else did meanwhile */
export async function becomeCustomer({ user_id: id, label }) {
  const own = begin();
  const { token } = await signIn(id);
  if (own !== turn) return false;
  tellCustomer({ user_id: id, token });
  keepCustomer({ user_id: id, label });
  renewal = setTimeout(() => void renew({ user_id: id, label }), RENEW_MILLISECONDS);
  return true;
}

/** @param {Customer} customer */
async function renew(customer) {
  const renewed = becomeCustomer(customer);
  const own = turn;
  try {
    await renewed;
  } catch {
    if (own !== turn) return;
    overdue = customer;
    renewal = setTimeout(() => void renew(customer), RETRY_MILLISECONDS);
  }
}

addEventListener("online", () => overdue !== null && void renew(overdue));

/** Becomes who signed in in another tab: each tab has its own token. @param {Customer | null} customer null for nobody */
export function follow(customer) {
  if (customer === null) signOut();
  else void renew(customer);
}

/** Endcap and the renewal forget who was signed in. */
export function signOut() {
  begin();
  tellCustomer(null);
}

function leave() {
  signOut();
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
      if (!(await becomeCustomer(customer))) return;
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
