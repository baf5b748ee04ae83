/** The member of a JSON value that a path with dots names; undefined where there is none. */
export function memberAt(value: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((found, name) => {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, name)) return undefined;
    return (found as Readonly<Record<string, unknown>>)[name];
  }, value);
}
