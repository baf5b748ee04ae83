import { ask, joined, readSession, Refusal, signIn, signOut, UNAUTHORISED } from "./api.js";
import { dropGoneCharts, drawCharts, followTheme, loadLibrary } from "./charts.js";
import { saveCsv } from "./csv.js";
import { element, part } from "./elements.js";
import { clock } from "./format.js";
import { forgetFigures, noteRefreshed, sayRefreshed, sayTrouble, watchAge } from "./live-line.js";
import { headingId } from "./panels.js";
import { drawPanels } from "./parts.js";
import { patch } from "./patch.js";
import { browserZone, hashOf, keepZoneChoice, readPlace, readZoneChoice } from "./place.js";
import { keepFresh } from "./refresh.js";
import { pipelinesView } from "./views/pipelines.js";
import { recommendationsView } from "./views/recommendations.js";
import { salesView } from "./views/sales.js";
import { spikesView } from "./views/spikes.js";

/** @import { Session } from "./api.js" */
/** @import { Context } from "./panels.js" */

const VIEWS = /** @type {Record<string, any>} */ ({
  sales: salesView,
  spikes: spikesView,
  recommendations: recommendationsView,
  pipelines: pipelinesView,
});

/** For so long a turn waits for what draws charts. */
const CHARTS_MILLISECONDS = 10_000;

const signInForm = /** @type {HTMLFormElement} */ (part("sign-in"));
const choices = /** @type {HTMLFormElement} */ (part("choices"));
const keyField = /** @type {HTMLInputElement} */ (part("key"));

/** @type {Session | null} */
let session = null;
/** @type {ReturnType<typeof keepFresh> | null} */
let refreshing = null;
/** True from when somebody chose one of a list until it is shown. */
let hasChosen = false;
/** Counts questions, so that an answer which comes after a newer question is dropped. */
let asked = 0;

const place = () => readPlace(Object.keys(VIEWS));

/** @param {string} shopZone @returns {string} */
function chosenZone(shopZone) {
  return { shop: shopZone, browser: browserZone(), utc: "UTC" }[readZoneChoice()];
}

/** @param {Session} known @returns {Context} */
function contextOf(known) {
  return { session: known, place: place(), clock: clock(chosenZone(known.timezone)), now: Date.now() };
}

/** What figures are of, apart from which spike is looked at. @param {Context} context */
function questionOf({ place: { view, range, split }, clock: { zone } }) {
  return JSON.stringify([view, range, split, zone]);
}

/** Figures of a question that nobody asks any more are gone. @param {string} text what stands there instead */
function clearPanels(text) {
  part("panels").replaceChildren(element("p", { class: "loading" }, text));
  part("panels").classList.remove("before");
  dropGoneCharts();
}

/** @param {Session} known */
async function refresh(known) {
  asked += 1;
  const turn = asked;
  const context = contextOf(known);
  const view = VIEWS[context.place.view];
  try {
    const { answers, refusals } = await askView(view, context);
    if (turn !== asked || session === null) return;
    const { nodes, failures } = drawPanels(view.panels(answers, context));
    patch(part("panels"), nodes);
    part("panels").dataset["question"] = questionOf(context);
    part("panels").classList.remove("before");
    noteRefreshed();
    reveal(view);
    const undrawn = await drawnOrWhy();
    // Another view may have been opened while the charts were waited for: the line is that one's now.
    if (turn !== asked || session === null) return;
    sayRefreshed(refusals[0]?.message ?? failures[0] ?? undrawn, context.clock);
    part("panels").setAttribute("aria-busy", "false");
  } catch (error) {
    if (turn !== asked || session === null) return;
    // Whoever chose has gone on by the time that a later turn has it.
    hasChosen = false;
    if (error instanceof Refusal && error.status === UNAUTHORISED) return close(endedWords(known));
    // What is no refusal is a fault of this page: whoever looks must know, and whoever mends it needs the trace.
    if (!(error instanceof Refusal)) reportError(error);
    // Those of the question before stay no longer than until its answer should have come.
    if (part("panels").classList.contains("before")) clearPanels("No figures yet.");
    sayTrouble(
      error instanceof Refusal ? error.message : "This page failed to show the newest figures.",
      context.clock,
    );
    part("panels").setAttribute("aria-busy", "false");
  }
}

/** What to do once nobody is signed in: Cloudflare Access signs in by itself, before it hands the page out. @param {Session} known */
function endedWords({ via }) {
  return via === "access"
    ? "Your session has ended. Load this page again to sign in."
    : "Your session has ended. Sign in again.";
}

/** @returns {Promise<string>} comes when charts are waited for no longer: what draws them has no time limit of its own */
function chartsAreLate() {
  return new Promise((resolve) => {
    setTimeout(() => resolve("Charts are still loading; their figures stand below them."), CHARTS_MILLISECONDS);
  });
}

/** Draws the charts: tiles, tables and the figures of each chart stand without them. @returns what to say if they failed */
async function drawnOrWhy() {
  try {
    return await Promise.race([drawCharts(part("panels")), chartsAreLate()]);
  } catch (error) {
    reportError(error);
    return "Charts cannot be drawn; their figures stand below them.";
  }
}

/**
 * Whatever of a view could be answered.
 * @param {any} view @param {Context} context
 * @throws {Refusal} when nothing of it was
 */
async function askView(view, context) {
  const first = await ask(view.questions(context));
  const [refusal] = first.refusals;
  if (refusal !== undefined && first.refusals.length === Object.keys(first.answers).length) throw refusal;
  return view.followUp === undefined ? first : joined(first, await ask(followUp(view, first.answers, context)));
}

/** What follows from an answer that did not come cannot be asked. @param {any} view @param {any} answers @param {Context} context */
function followUp(view, answers, context) {
  try {
    return view.followUp(answers, context);
  } catch (error) {
    if (error instanceof Refusal) return {};
    throw error;
  }
}

/**
 * Scrolls a row sideways until `child` stands in its middle: on a phone the links scroll by themselves. Not by
 * `scrollIntoView`, which moves the place where Tab begins as well, past what leads over the links.
 * @param {HTMLElement} row @param {HTMLElement} child
 */
function showInside(row, child) {
  const [outer, inner] = [row.getBoundingClientRect(), child.getBoundingClientRect()];
  row.scrollLeft += inner.left + inner.width / 2 - (outer.left + outer.width / 2);
}

/** Takes whoever chose something to what it changes, which may be out of their sight. @param {any} view */
function reveal(view) {
  if (!hasChosen) return;
  hasChosen = false;
  const heading = document.getElementById(headingId(view.chosenPanel ?? ""));
  heading?.focus({ preventScroll: true });
  heading?.closest(".panel")?.scrollIntoView({ block: "start" });
}

/**
 * Shows where we are: title, links, choices. What was drawn of another view goes; of another range, split or zone it
 * pales until the answer comes.
 * @param {Session} known
 */
function showPlace(known) {
  const now = place();
  const view = VIEWS[now.view];
  const isNew = part("panels").dataset["view"] !== now.view;
  part("title").textContent = view.title;
  document.title = `${view.title} · Endcap`;
  for (const link of part("views").querySelectorAll("a")) {
    const name = new URL(link.href).hash.slice(1).split("?")[0] ?? "";
    link.href = `${location.pathname}${hashOf({ ...now, view: name, spike: null })}`;
    if (name !== now.view) {
      link.removeAttribute("aria-current");
      continue;
    }
    link.setAttribute("aria-current", "page");
    showInside(part("views"), link);
  }
  part("ranges").hidden = !view.choices.includes("range");
  part("splits").hidden = !view.choices.includes("split");
  for (const name of /** @type {const} */ (["range", "split"])) {
    const choice = choices.elements.namedItem(name);
    if (choice instanceof RadioNodeList) choice.value = now[name];
  }
  const isOther = part("panels").dataset["question"] !== questionOf(contextOf(known));
  part("panels").classList.toggle("before", isOther && !isNew);
  if (!isOther) return;
  part("panels").dataset["view"] = now.view;
  part("panels").setAttribute("aria-busy", "true");
  if (isNew) clearPanels("Asking for the figures …");
  forgetFigures(isNew ? "" : "Asking for other figures …");
}

/** @param {Session} known */
function showZones(known) {
  const zones = /** @type {const} */ ([
    ["shop", `Shop’s (${known.timezone})`],
    ["browser", `This browser’s (${browserZone()})`],
    ["utc", "UTC"],
  ]);
  part("zone").replaceChildren(
    ...zones.map(([value, text]) => element("option", { value, selected: value === readZoneChoice() }, text)),
  );
}

/** @param {Session} known */
function open(known) {
  session = known;
  signInForm.hidden = true;
  part("shop").textContent = known.shop;
  part("viewer").textContent = known.viewer;
  // Access signs out by itself; a cookie is what we can take back.
  part("sign-out").hidden = known.via !== "session";
  for (const id of ["dashboard", "views", "account"]) part(id).hidden = false;
  showZones(known);
  showPlace(known);
  // Beside the first question and not after its answer; that it failed is told when charts are to be drawn.
  loadLibrary().catch(() => undefined);
  refreshing = keepFresh(() => refresh(known));
}

/** @param {string} message why the form is shown; empty at first */
function close(message) {
  const hasEnded = session !== null;
  session = null;
  refreshing?.stop();
  refreshing = null;
  asked += 1;
  for (const id of ["dashboard", "views", "account"]) part(id).hidden = true;
  part("panels").replaceChildren();
  dropGoneCharts();
  delete part("panels").dataset["view"];
  delete part("panels").dataset["question"];
  part("shop").textContent = "Endcap";
  document.title = "Endcap dashboard";
  signInForm.hidden = false;
  part("sign-in-status").textContent = message;
  // What had the focus is gone; who just came has not lost it.
  if (hasEnded) keyField.focus();
}

/** @param {unknown} error @returns {string} */
function messageOf(error) {
  return error instanceof Refusal ? error.message : "Something went wrong on this page. Load it again.";
}

signInForm.addEventListener("submit", async (event) => {
  event.preventDefault();
  part("sign-in-status").textContent = "";
  try {
    await signIn(keyField.value.trim());
    const known = await readSession();
    if (known === null)
      throw new Refusal(UNAUTHORISED, "This browser did not keep the cookie. Allow cookies of this site.");
    keyField.value = "";
    open(known);
    part("title").focus();
  } catch (error) {
    part("sign-in-status").textContent = messageOf(error);
  }
});
part("sign-out").addEventListener("click", async () => {
  try {
    await signOut();
    close("You have signed out.");
  } catch (error) {
    part("trouble").textContent = messageOf(error);
  }
});
// The address says which view this is: a jump within the page must not change it.
part("skip").addEventListener("click", (event) => {
  event.preventDefault();
  part("view").focus();
});
choices.addEventListener("submit", (event) => event.preventDefault());
choices.addEventListener("change", (event) => {
  const { name, value } = /** @type {HTMLInputElement} */ (event.target);
  if (name === "zone") {
    keepZoneChoice(value === "browser" || value === "utc" ? value : "shop");
    if (session !== null) showPlace(session);
    refreshing?.now();
    return;
  }
  location.hash = hashOf({ ...place(), [name]: value });
});
addEventListener("hashchange", () => {
  if (session === null) return;
  // What was asked of the place before is dropped, also where nothing is asked because the tab is out of view.
  asked += 1;
  const before = part("panels").dataset["view"];
  showPlace(session);
  const isOtherView = before !== place().view;
  hasChosen = !isOtherView && place().spike !== null;
  if (isOtherView) part("title").focus({ preventScroll: true });
  refreshing?.now();
});
part("panels").addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-saves]") : null;
  if (button !== null) saveCsv(button.getAttribute("data-saves") ?? "table", /** @type {any} */ (button).carried);
});
followTheme(part("panels"));
watchAge();

try {
  const known = await readSession();
  if (known === null) close("");
  else open(known);
} catch (error) {
  close(messageOf(error));
}
