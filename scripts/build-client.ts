import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { build } from "vite";

/** What pages load, each from a source of the same name in web/client/. */
const MODULES = ["client", "shelf"] as const;
/** The browsers of which the shelf element asks most: constructed style sheets. */
const TARGETS = ["chrome111", "edge111", "firefox115", "safari16.4"];

async function bundle(name: string): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: "error",
    publicDir: false,
    build: {
      write: false,
      target: TARGETS,
      minify: "oxc",
      modulePreload: false,
      rolldownOptions: {
        input: `web/client/${name}.ts`,
        // The element shares the client that the page loads.
        external: ["./client.js"],
        makeAbsoluteExternalsRelative: false,
        preserveEntrySignatures: "strict",
        output: { format: "es", minify: true },
      },
    },
  });
  const [output] = [built].flat();
  const [chunk] = output !== undefined && "output" in output ? output.output : [];
  if (chunk === undefined) throw new Error(`Nothing was made of ${name}.`);
  return chunk.code;
}

/** The browser client and the shelf element as they are served, by the name of their file in `web/`. */
export async function buildClient(): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const name of MODULES) files.set(`${name}.js`, await bundle(name));
  return files;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  for (const [file, code] of await buildClient()) await writeFile(join("web", file), code);
}
