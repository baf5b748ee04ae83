/** A value as the configuration's file holds it. */
export type Literal = string | number | readonly Literal[] | { readonly [name: string]: Literal };

/** One option of the configuration: what was found for it and why, or what to fill in. */
export interface Finding {
  readonly name: string;
  /** Null where nothing was found. */
  readonly value: Literal | null;
  /** The reason of the choice, or what to fill in. */
  readonly why: string;
  /** Other values that are worth a look. */
  readonly or: readonly string[];
  /** Without it the entity cannot be read. */
  readonly required: boolean;
  /** The options of a nested object (an order's lines); `value` is then null. */
  readonly parts: readonly Finding[] | null;
}

/** What was found of one entity. */
export interface EntityGuess {
  readonly entity: "users" | "items" | "orders" | "ratings";
  readonly findings: readonly Finding[];
  /** What whoever reads the file should know besides. */
  readonly notes: readonly string[];
  /** Tables that it reads, its own first. */
  readonly tables: readonly { readonly name: string; readonly is: string; readonly why: string }[];
}

/** A choice. @param or other values that are worth a look */
export function found(name: string, value: Literal, why: string, or: readonly string[] = []): Finding {
  return { name, value, why, or, required: false, parts: null };
}

/** Something optional that was not found. @param why what to fill in, or why it may stay away */
export function notFound(name: string, why: string, or: readonly string[] = []): Finding {
  return { name, value: null, why, or, required: false, parts: null };
}

/** Something that the entity cannot be read without. */
export function required(finding: Finding): Finding {
  return { ...finding, required: true };
}

/** Several options that belong together. */
export function group(name: string, why: string, parts: readonly Finding[]): Finding {
  return { name, value: null, why, or: [], required: true, parts };
}

/** The required findings that are missing, by their path below the entity. */
export function missingOf(findings: readonly Finding[]): { readonly path: string; readonly why: string }[] {
  return findings.flatMap((finding) => {
    if (finding.parts !== null) {
      return missingOf(finding.parts).map(({ path, why }) => ({ path: `${finding.name}.${path}`, why }));
    }
    return finding.required && finding.value === null ? [{ path: finding.name, why: finding.why }] : [];
  });
}
