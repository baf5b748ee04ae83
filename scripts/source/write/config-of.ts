import { type Guess, isComplete, type OptionalEntity } from "../guess.ts";
import type { Finding, Literal } from "../guess/finding.ts";
import type { EntityGuess } from "../guess/finding.ts";

function objectOf(findings: readonly Finding[]): { readonly [name: string]: Literal } {
  return Object.fromEntries(
    findings.flatMap(({ name, value, parts }): [string, Literal][] => {
      if (parts !== null) return [[name, objectOf(parts)]];
      return value === null ? [] : [[name, value]];
    }),
  );
}

/** The found entity when it can be read; one that lacks something stands in the file as a comment only. */
export function usable(entity: OptionalEntity): EntityGuess | null {
  return entity.kind === "found" && isComplete(entity.guess) ? entity.guess : null;
}

/** The guess as the plain data that `defineConfig` takes; without what is missing. */
export function configOf(guess: Guess): { readonly [name: string]: Literal } {
  const orders = usable(guess.orders);
  const ratings = usable(guess.ratings);
  return {
    shop: objectOf(guess.shop),
    source: {
      users: objectOf(guess.users.findings),
      items: objectOf(guess.items.findings),
      ...(orders === null ? {} : { orders: objectOf(orders.findings) }),
      ...(ratings === null ? {} : { ratings: objectOf(ratings.findings) }),
    },
  };
}
