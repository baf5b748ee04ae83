import { readFile } from "node:fs/promises";
import { join } from "node:path";

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  css: "text/css",
  js: "text/javascript",
  svg: "image/svg+xml",
};

/** A file of `web/` as Workers static assets serve it. */
export interface ServedFile {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | string;
}

/** The headers that `web/_headers` gives a path: rules are paths, of which those used here end in `/*`. */
export async function headersFor(pathname: string): Promise<Record<string, string>> {
  const headers: Record<string, string> = {};
  let applies = false;
  for (const line of (await readFile("web/_headers", "utf8")).split("\n")) {
    if (line.startsWith("#") || line.trim() === "") continue;
    if (!line.startsWith(" ")) {
      applies = pathname.startsWith(line.trim().replace(/\*$/, ""));
      continue;
    }
    const [name = "", ...value] = line.trim().split(": ");
    if (applies) headers[name.toLowerCase()] = value.join(": ");
  }
  return headers;
}

/** Serves `web/`: a folder's index under its path with a slash, a redirection without one. */
export async function serveFile(pathname: string): Promise<ServedFile> {
  if (pathname === "/dashboard") return { status: 307, headers: { location: "/dashboard/" }, body: "" };
  const file = pathname.endsWith("/") ? `${pathname}index.html` : pathname;
  const body = await readFile(join("web", file)).catch(() => null);
  const type = TYPES[file.split(".").at(-1) ?? ""] ?? "text/plain";
  if (body === null) return { status: 404, headers: {}, body: "" };
  return { status: 200, headers: { "content-type": type, ...(await headersFor(pathname)) }, body };
}
