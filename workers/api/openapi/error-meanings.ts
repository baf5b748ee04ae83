import { type ErrorCode, STATUS } from "../errors.ts";

/** What each code means and what to do, in a sentence: Markdown for the page on errors. */
const MEANINGS: Readonly<Record<ErrorCode, string>> = {
  invalid_json: "The body is no JSON in UTF-8.",
  invalid_request: "Something has a wrong type, size or form; `details` lists each `path` and `message`.",
  unknown_field: "A member or parameter that the call does not have; `details` names them. Mostly a misspelling.",
  unknown_placement: "There is no such placement.",
  invalid_cursor: "The cursor is not one that an answer of this list gave.",
  missing_key: "No key was sent.",
  invalid_key: "The key is not known here, was removed, or is no bearer token.",
  secret_key_in_url: "A secret key stood in an address or a body. Replace it: it may have been logged.",
  invalid_token: "The shopper token is not signed by this deployment, has expired, or is another user's.",
  insufficient_scope: "The key lacks the scope that the message names.",
  secret_key_required: "A publishable key cannot do this.",
  origin_not_allowed: "The publishable key may not be used from this page's origin.",
  shopper_token_required: "A publishable key speaks for a `user_id` only with that user's token.",
  url_expired: "The signed address is over. Ask for the export again: it gives a new one.",
  invalid_signature: "The signed address was changed.",
  not_found: "There is nothing of that id or at that address.",
  method_not_allowed: "Not given now: an address that takes other methods is `not_found`.",
  conflict: "It cannot be done as things are; the message says why.",
  user_erased: "The user was erased: nothing about them is taken.",
  body_too_large: "The body is larger than the [limit](limits.md).",
  unsupported_media_type: "The body is neither `application/json` nor `text/plain`.",
  session_full: "Too many events of this shopper wait to be confirmed. Send these again in a minute.",
  internal_error: "A mistake of ours. It is in the log under the `requestId`.",
  not_ready: "The deployment lacks something first: keys, a catalogue, a model, a secret. The message says which.",
  ledger_shards_changed: "`LEDGER_SHARDS` is not what the deployment was made with: put it back.",
  temporarily_unavailable: "A part is away. Send the same again after a pause.",
};

/** Codes with their statuses, as a table. */
export function errorTable(): string {
  const rows = Object.entries(MEANINGS).map(
    ([code, meaning]) => `| \`${code}\` | ${STATUS[code as ErrorCode]} | ${meaning} |`,
  );
  return ["| code | status | meaning |", "| --- | --- | --- |", ...rows].join("\n");
}
