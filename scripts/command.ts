/** One command of the `endcap` command line: a file of its name in `scripts/commands/`, loaded when it is called. */
export interface Command {
  /** One line for `endcap --help`. */
  readonly summary: string;
  /** What `endcap <name> --help` prints. */
  readonly usage: string;
  /**
   * Runs the command with what follows its name.
   * @returns the exit status
   * @throws CommandError for whatever the caller can mend: printed as one line, exit status 1
   */
  run(args: readonly string[]): Promise<number>;
}

/** Something that the person at the terminal can mend; its message says how. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}
