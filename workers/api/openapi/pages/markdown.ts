import { Marked } from "marked";

import { Html, html, slugOf } from "./html.ts";

/** Pages are named without an ending, as they are served. */
const PAGE_LINK = /^([\w-]+)\.md(#.*)?$/;

const marked = new Marked({
  renderer: {
    heading({ tokens, depth, text }) {
      const inner = this.parser.parseInline(tokens);
      return `<h${depth} id="${slugOf(text)}">${inner}</h${depth}>\n`;
    },
    link({ href, tokens }) {
      const address = href.replace(PAGE_LINK, "/docs/$1$2");
      return html`<a href="${address}">${new Html(this.parser.parseInline(tokens))}</a>`.text;
    },
    code({ text }) {
      return codeBlock(text).text;
    },
    table({ header, rows }) {
      const cells = (row: typeof header, tag: "td" | "th") =>
        row.map(({ tokens }) => {
          const inner = new Html(this.parser.parseInline(tokens));
          return tag === "th" ? html`<th scope="col">${inner}</th>` : html`<td>${inner}</td>`;
        });
      const head = html`<tr>
        ${cells(header, "th")}
      </tr>`;
      return scrolling(
        "Table",
        html`<table>
          <thead>
            ${head}
          </thead>
          <tbody>
            ${rows.map(
              (row) =>
                html`<tr>
                  ${cells(row, "td")}
                </tr>`,
            )}
          </tbody>
        </table>`,
      ).text;
    },
  },
});

/** What may be wider than a phone scrolls by itself, also by keyboard. */
export function scrolling(name: string, content: Html): Html {
  return html`<div class="scrolling" tabindex="0" role="group" aria-label="${name}">${content}</div> `;
}

/** Code with a button that copies it; the button is there where scripts are. */
export function codeBlock(text: string, name = "Code"): Html {
  return html`<div class="code">${scrolling(name, html`<pre><code>${text}</code></pre>`)}</div> `;
}

/** Markdown of our own as HTML. */
export function markdown(text: string): Html {
  return new Html(marked.parse(text, { async: false }));
}

/** The same without a paragraph around it. */
export function inlineMarkdown(text: string): Html {
  return new Html(marked.parseInline(text, { async: false }));
}
