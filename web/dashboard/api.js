/**
 * A question to the API: a report and its parameters.
 * @typedef {{ report: string, params: Record<string, string> }} Question
 * @typedef {{ viewer: string, via: string, expires_at: string | null, shop: string, currency: string, timezone: string }} Session
 */

const TIMEOUT_MILLISECONDS = 12_000;
export const UNAUTHORISED = 401;

/** A refusal, in words that can be shown. */
export class Refusal extends Error {
  /** @param {number} status @param {string} message */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** @param {string} path @param {RequestInit} [init] @returns {Promise<any>} @throws {Refusal} */
async function call(path, init = {}) {
  const headers = new Headers(init.headers);
  // Has Cloudflare Access answer 401 once its session has ended. Else it redirects to a page of its own, which a script
  // cannot follow: that would look like a server that cannot be reached.
  headers.set("x-requested-with", "XMLHttpRequest");
  let response;
  try {
    response = await fetch(path, { signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS), ...init, headers });
  } catch {
    throw new Refusal(0, "The server cannot be reached.");
  }
  const body = await response.json().catch(() => null);
  if (response.ok) return body;
  throw new Refusal(response.status, body?.error?.message ?? `The server answered ${response.status}.`);
}

/** @param {Question} question @returns {string} where its answer is */
export function addressOf({ report, params }) {
  const query = new URLSearchParams(params).toString();
  return `/v1/analytics/${report}${query === "" ? "" : `?${query}`}`;
}

/** Where the same answer is as CSV. @param {Question} question */
export function csvAddressOf({ report, params }) {
  return addressOf({ report, params: { ...params, format: "csv" } });
}

/**
 * What was answered to some questions, by their names. To read an answer that did not come throws why: so a panel that
 * needs it says so, and the others are drawn.
 * @typedef {{ answers: Record<string, any>, refusals: Refusal[] }} Answered
 */

/**
 * Asks everything at once.
 * @param {Record<string, Question>} questions
 * @returns {Promise<Answered>}
 * @throws {Refusal} when nobody is signed in any more
 */
export async function ask(questions) {
  const names = Object.keys(questions);
  const settled = await Promise.allSettled(Object.values(questions).map((question) => call(addressOf(question))));
  const answers = {};
  /** @type {Refusal[]} */
  const refusals = [];
  for (const [place, outcome] of settled.entries()) {
    if (outcome.status === "rejected") refusals.push(outcome.reason);
    Object.defineProperty(answers, names[place] ?? "", {
      enumerable: true,
      get() {
        if (outcome.status === "rejected") throw outcome.reason;
        return outcome.value;
      },
    });
  }
  const ended = refusals.find(({ status }) => status === UNAUTHORISED);
  if (ended !== undefined) throw ended;
  return { answers, refusals };
}

/** The answers to a view's questions and to those that follow from them. @param {Answered} first @param {Answered} more @returns {Answered} */
export function joined(first, more) {
  const own = Object.getOwnPropertyDescriptors(first.answers);
  return {
    answers: Object.defineProperties({}, { ...own, ...Object.getOwnPropertyDescriptors(more.answers) }),
    refusals: [...first.refusals, ...more.refusals],
  };
}

/** Who is signed in, or null. @returns {Promise<Session | null>} @throws {Refusal} */
export async function readSession() {
  try {
    return await call("/v1/dashboard/session");
  } catch (error) {
    if (error instanceof Refusal && error.status === UNAUTHORISED) return null;
    throw error;
  }
}

/** @param {string} key @throws {Refusal} */
export async function signIn(key) {
  await call("/v1/dashboard/session", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ key }),
  });
}

/** @throws {Refusal} */
export async function signOut() {
  await call("/v1/dashboard/session", { method: "DELETE" });
}
