import { RESOURCES } from "../resources.ts";
import { type Html, html, slugOf } from "./html.ts";
import { TOPICS } from "./topics.ts";

/** A page before its frame. */
export interface Page {
  /** Where it is served. */
  readonly address: string;
  readonly title: string;
  readonly main: Html;
}

/** Where a resource's page is served. */
export function resourceAddress(name: string): string {
  return `/docs/reference/${slugOf(name)}`;
}

function link(address: string, name: string, present: string): Html {
  return address === present
    ? html`<li><a href="${address}" aria-current="page">${name}</a></li>`
    : html`<li><a href="${address}">${name}</a></li>`;
}

/** A whole page, with the way to all others. No script is needed to read it. */
export function framed({ address, title, main }: Page): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · Endcap API</title>
        <link rel="icon" href="/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/docs/docs.css" />
        <script type="module" src="/docs/docs.js"></script>
      </head>
      <body>
        <a id="skip" href="#content">Skip to the page</a>
        <header>
          <a class="home" href="/docs/"><img src="/icon.svg" alt="" width="28" height="28" />Endcap API</a>
          <a class="to-pages" href="#pages">All pages</a>
          <a class="document" href="/openapi.json">openapi.json</a>
        </header>
        <div class="columns">
          <main id="content" tabindex="-1">${main}</main>
          <nav id="pages" aria-label="Pages">
            <h2>Guide</h2>
            <ul>
              ${link("/docs/", "Overview", address)}${TOPICS.map(({ name, title: topic }) => link(`/docs/${name}`, topic, address))}
            </ul>
            <h2>Reference</h2>
            <ul>
              ${RESOURCES.map(({ name }) => link(resourceAddress(name), name, address))}
            </ul>
          </nav>
        </div>
      </body>
    </html> `.text;
}
