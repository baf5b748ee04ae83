import type { Operation } from "../operation.ts";

function keyOf({ access }: Operation): string | null {
  switch (access.kind) {
    case "everybody":
      return null;
    case "shopper":
      return "$ENDCAP_KEY";
    case "server":
    case "anyOf":
    case "viewer":
      return "$ENDCAP_SECRET_KEY";
  }
}

/** The example of a call as a shell takes it; `ENDCAP_URL` and the key come from the environment. */
export function curlOf(operation: Operation): string {
  const { method, path, example } = operation;
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(example.path?.[name] ?? ""));
  const query = new URLSearchParams(example.query ?? {}).toString();
  const key = keyOf(operation);
  const lines = [
    `curl ${method === "get" || (method === "post" && example.body !== undefined) ? "" : `-X ${method.toUpperCase()} `}"$ENDCAP_URL${filled}${query === "" ? "" : `?${query}`}"`,
    ...(key === null ? [] : [`-H "authorization: Bearer ${key}"`]),
    ...(example.body === undefined
      ? []
      : [
          `-H "content-type: application/json"`,
          `-d '${JSON.stringify(example.body, null, 2).replaceAll("'", "'\\''")}'`,
        ]),
  ];
  return lines.join(" \\\n  ");
}
