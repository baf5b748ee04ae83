import { CommandError } from "../command.ts";
import { nearestName } from "../terminal/nearest-name.ts";

/**
 * The one of `known` that somebody typed.
 * @param what it is, for the message: `entity`
 * @throws CommandError that says what there is, and what was probably meant
 */
export function choiceOf<Name extends string>(what: string, typed: string, known: readonly Name[]): Name {
  const found = known.find((name) => name === typed);
  if (found !== undefined) return found;
  const near = nearestName(typed, known);
  const suggestion = near === null ? "" : ` Did you mean "${near}"?`;
  throw new CommandError(`There is no ${what} "${typed}".${suggestion} Use ${known.join(", ")}.`);
}
