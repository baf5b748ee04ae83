import { RESOURCES } from "../resources.ts";
import { type Html, html } from "./html.ts";
import { resourceAddress } from "./layout.ts";
import { codeBlock, inlineMarkdown, scrolling } from "./markdown.ts";

const SETTING = `export ENDCAP_URL=https://endcap.example
export ENDCAP_KEY=pk_…          # publishable: events and recommendations
export ENDCAP_SECRET_KEY=sk_…   # secret: on your server only`;

/** The page that says what there is. */
export function overview(): Html {
  const resources = RESOURCES.map(({ name, description, operations }) => {
    const address = resourceAddress(name);
    const rows = operations.map(
      ({ method, path, id, summary }) =>
        html`<tr>
          <td><span class="method ${method}">${method.toUpperCase()}</span></td>
          <td><code>${path}</code></td>
          <td><a href="${address}#${id}">${summary}</a></td>
        </tr>`,
    );
    return html`<h3><a href="${address}">${name}</a></h3>
      <p>${inlineMarkdown(description)}</p>
      ${scrolling(
        `Calls of ${name}`,
        html`<table class="calls">
          <thead>
            <tr>
              <th scope="col">Method</th>
              <th scope="col">Path</th>
              <th scope="col">What it does</th>
            </tr>
          </thead>
          <tbody>
            ${rows}
          </tbody>
        </table>`,
      )}`;
  });
  return html`<h1>Endcap API</h1>
    <p class="lead">
      JSON over HTTPS, under <code>/v1</code>. A shop sends what its shoppers do, and asks what each of them may want
      next.
    </p>
    <p>
      Times are ISO 8601 in UTC; money is a number in <code>currency</code>. A publishable key (<code>pk_…</code>)
      stands in pages and may send events and ask for recommendations. A secret key (<code>sk_…</code>) belongs to your
      server, in the <code>Authorization</code> header only; its scopes say what it may. The same in a form for
      programs: <a href="/openapi.json"><code>/openapi.json</code></a> (OpenAPI 3.1), from which any generator makes a
      client.
    </p>
    <p>Examples take address and keys from the environment:</p>
    ${codeBlock(SETTING, "Settings of the examples")}
    <h2>Calls</h2>
    ${resources}`;
}
