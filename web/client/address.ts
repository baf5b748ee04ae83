import { settings } from "./shopper.ts";

/** Address of a resource of Endcap: where the page says it is, else where this module came from. */
export function addressOf(resource: string): string {
  return new URL(`/v1/${resource}`, settings()?.url ?? import.meta.url).href;
}
