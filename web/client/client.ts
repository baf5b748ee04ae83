import type { Consent, Endcap, EventParams, InitOptions, ShownItem, SignedInUser } from "../client.js";
import { tellChange } from "./change.ts";
import { bridgeDataLayer } from "./data-layer.ts";
import { lookAgain, put, sendAtOnce, sendNow } from "./outbox.ts";
import { randomId } from "./random-id.ts";
import { recommend, tellRefusal } from "./recommend.ts";
import { begin, consentOf, decide, identity, settings, signIn } from "./shopper.ts";
import { Visibility } from "./visibility.ts";
import { guarded, warn } from "./warnings.ts";

const visibility = new Visibility(guarded(track, null));

/** Something on which answers and sending depend is another now. */
function changed(): void {
  lookAgain();
  tellChange();
}

function track(name: string, params: EventParams = {}): string | null {
  if (typeof name !== "string" || !name) throw new TypeError("track needs a name.");
  const event_id = randomId();
  const timestamp = new Date().toISOString();
  // A copy: the page may go on using its object.
  const copy = JSON.parse(JSON.stringify(params)) as Record<string, unknown>;
  return put({ event_id, name, timestamp, params: copy }) ? event_id : null;
}

/** @returns whether it is another word than before */
function hear(choice: Consent): boolean {
  // What waits is of before.
  lookAgain();
  const named = settings() !== null && consentOf().personalization ? identity() : null;
  const isAnother = decide(choice);
  if (named !== null && !consentOf().personalization) tellRefusal(named);
  return isAnother;
}

function leave(): void {
  visibility.tell();
  sendAtOnce();
}

function init(options: InitOptions): void {
  if (settings() !== null) return warn("init was called twice.");
  if (!options?.key?.startsWith("pk_")) throw new TypeError("init needs a key, pk_….");
  if (!/^https?:/.test(options.url ?? "https:")) throw new TypeError("url is no address.");
  const saidBefore = begin(options);
  if (options.userId) signIn(options);
  if (saidBefore !== null) hear(saidBefore);
  addEventListener("online", sendNow);
  addEventListener("pagehide", leave);
  document.addEventListener("visibilitychange", () => {
    visibility.pageChanged();
    if (document.hidden) leave();
  });
  if (options.dataLayer) bridgeDataLayer(options.dataLayer === true ? "dataLayer" : options.dataLayer, track);
  changed();
}

/** See web/client.d.ts, which is what pages read. */
export const endcap: Endcap = {
  get ready() {
    return settings() !== null;
  },
  init: guarded(init, undefined),
  consent: guarded((choice: Consent) => {
    if (hear(choice)) changed();
  }, undefined),
  track: guarded(track, null),
  recommend,
  observe: guarded((element: Element, shown: ShownItem) => visibility.watch(element, shown), undefined),
  identify: guarded((user?: SignedInUser | null) => {
    // What is still here was done by whoever it was until now.
    leave();
    if (signIn(user)) changed();
  }, undefined),
};
