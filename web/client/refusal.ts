import { refuseToken } from "./shopper.ts";
import { warn } from "./warnings.ts";

const INVALID_TOKEN = "invalid_token";

/** What Endcap says when it refuses a request. */
export interface Refusal {
  readonly error?: { readonly code?: string; readonly message?: string };
}

/** Tells the page's author what was refused, and why. @returns whether all that it wants is another token */
export function hearRefusal(
  what: string,
  refusal: Refusal | null,
  status: number,
  token: string | null | undefined,
): boolean {
  warn(`${what} were refused: ${refusal?.error?.message ?? status}`);
  const isToken = refusal?.error?.code === INVALID_TOKEN;
  if (isToken) refuseToken(token);
  return isToken;
}
