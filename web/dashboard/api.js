/**
 * A question to the API: a report and its parameters.
 * @typedef {{ report: string, params: Record<string, string> }} Question
 * @typedef {{ viewer: string, via: string, expires_at: string | null, shop: string, currency: string, timezone: string }} Session
 */

const TIMEOUT_MILLISECONDS = 12_000;

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
  let response;
  try {
    response = await fetch(path, { signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS), ...init });
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
 * Asks everything at once.
 * @template {Record<string, Question>} Questions
 * @param {Questions} questions
 * @returns {Promise<{ [Name in keyof Questions]: any }>}
 * @throws {Refusal} the first one: half a view would be a puzzle
 */
export async function ask(questions) {
  const answers = await Promise.all(
    Object.entries(questions).map(async ([name, question]) => [name, await call(addressOf(question))]),
  );
  return Object.fromEntries(answers);
}

/** Who is signed in, or null. @returns {Promise<Session | null>} @throws {Refusal} */
export async function readSession() {
  try {
    return await call("/v1/dashboard/session");
  } catch (error) {
    if (error instanceof Refusal && error.status === 401) return null;
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
