import { errorTable } from "./error-meanings.ts";
import { limitsTable } from "./limits-table.ts";
import { openApiDocument } from "./document.ts";
import { html, slugOf } from "./pages/html.ts";
import { framed, resourceAddress } from "./pages/layout.ts";
import { inlineMarkdown, markdown } from "./pages/markdown.ts";
import { operationSection } from "./pages/operation.ts";
import { overview } from "./pages/overview.ts";
import { TOPICS } from "./pages/topics.ts";
import { EVENT_NAMES_TABLE } from "./resources/events.ts";
import { RESOURCES } from "./resources.ts";

const INDENTATION = 2;

/** Blocks of Markdown pages that the code knows better, between `<!-- generated: name -->` and `<!-- /generated -->`. */
export const GENERATED_BLOCKS: Readonly<Record<string, () => string>> = {
  "error-codes": errorTable,
  limits: limitsTable,
  "event-names": () => EVENT_NAMES_TABLE,
};
const BLOCK = /<!-- generated: ([\w-]+) -->[\s\S]*?<!-- \/generated -->/g;

function withBlocks(text: string): string {
  return text.replaceAll(BLOCK, (block, name: string) => GENERATED_BLOCKS[name]?.() ?? block);
}

/**
 * Every file that is made from the operations and the guide, by its path in `web/`.
 * @param readTopic the Markdown of a page of the guide, by its name
 */
export function siteFiles(readTopic: (name: string) => string): Map<string, string> {
  const files = new Map([["openapi.json", `${JSON.stringify(openApiDocument(), null, INDENTATION)}\n`]]);
  files.set("docs/index.html", framed({ address: "/docs/", title: "Overview", main: overview() }));
  for (const { name, title } of TOPICS) {
    files.set(
      `docs/${name}.html`,
      framed({ address: `/docs/${name}`, title, main: markdown(withBlocks(readTopic(name))) }),
    );
  }
  for (const { name, description, operations } of RESOURCES) {
    const main = html`<h1>${name}</h1>
      <p class="lead">${inlineMarkdown(description)}</p>
      ${operations.map(operationSection)}`;
    files.set(`docs/reference/${slugOf(name)}.html`, framed({ address: resourceAddress(name), title: name, main }));
  }
  return files;
}
