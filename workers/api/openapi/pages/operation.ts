import { type JsonSchema, jsonSchemaOf } from "../json-schema.ts";
import type { Access, Answer, Operation } from "../operation.ts";
import { type Parameter, parametersOf, withDescriptions } from "../parameters.ts";
import { refusalsOf } from "../refusals.ts";
import { curlOf } from "./curl.ts";
import { type Content, html, type Html } from "./html.ts";
import { codeBlock, inlineMarkdown, markdown, scrolling } from "./markdown.ts";
import { type SchemaRow, schemaRows, typeInWords } from "./schema-rows.ts";

function codes(words: readonly string[], between: string): Content {
  return words.map((word, n) => [n === 0 ? "" : between, html`<code>${word}</code>`]);
}

function callersOf(access: Access): Html {
  switch (access.kind) {
    case "everybody":
      return html`Callers: anybody, without a key.`;
    case "shopper":
      return html`Callers: a publishable key, or a secret key with ${codes([access.scope], "")}.`;
    case "server":
      return html`Callers: a secret key with ${codes(access.scopes, " and ")}.`;
    case "anyOf":
      return html`Callers: a secret key with ${codes(access.scopes, " or ")}.`;
    case "viewer":
      return html`Callers: a secret key with ${codes(access.scopes, " or ")}, or somebody who signed in at the
      dashboard.`;
  }
}

function parametersTable(name: string, parameters: readonly Parameter[]): Html {
  const rows = parameters.map(({ name: parameter, in: place, required, schema, description }) => {
    const fallback = schema["default"];
    return html`<tr>
      <th scope="row"><code>${parameter}</code>${required ? html` <small>required</small>` : null}</th>
      <td>${place}</td>
      <td>
        ${typeInWords(schema, {})}${fallback === undefined ? null : html` <small>default ${JSON.stringify(fallback)}</small>`}
      </td>
      <td>${inlineMarkdown(description)}</td>
    </tr>`;
  });
  return scrolling(
    name,
    html`<table>
      <thead>
        <tr>
          <th scope="col">Parameter</th>
          <th scope="col">In</th>
          <th scope="col">Type</th>
          <th scope="col">Meaning</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>`,
  );
}

function membersTable(name: string, rows: readonly SchemaRow[], marksRequired: boolean): Html {
  const cells = rows.map(
    ({ path, type, required, description }) =>
      html`<tr>
        <th scope="row">
          <code>${path}</code
          >${required === marksRequired ? html` <small>${marksRequired ? "required" : "may be absent"}</small>` : null}
        </th>
        <td>${type}</td>
        <td>${inlineMarkdown(description)}</td>
      </tr>`,
  );
  return scrolling(
    name,
    html`<table>
      <thead>
        <tr>
          <th scope="col">Member</th>
          <th scope="col">Type</th>
          <th scope="col">Meaning</th>
        </tr>
      </thead>
      <tbody>
        ${cells}
      </tbody>
    </table>`,
  );
}

function answerOf(operation: Operation, answer: Answer): Html {
  const { status, description, schema, example, headers = {}, alsoAs = {} } = answer;
  const named = new Map<string, JsonSchema>();
  const rows = schema === null ? [] : schemaRows(jsonSchemaOf(schema, "output", named), Object.fromEntries(named));
  const types = Object.entries(alsoAs).map(
    ([type, what]) => html`<p><code>${type}</code>: ${inlineMarkdown(what)}</p>`,
  );
  const inHeaders = Object.entries(headers).map(
    ([name, what]) => html`<p>Header <code>${name}</code>: ${inlineMarkdown(what)}</p>`,
  );
  return html`<h4><code class="status">${status}</code> ${inlineMarkdown(description)}</h4>
    ${example === undefined ? null : codeBlock(JSON.stringify(example, null, 2), `An answer of ${operation.id}`)}${
      rows.length === 0
        ? null
        : html`<details>
            <summary>Members of the answer <small>${rows.length}</small></summary>
            ${membersTable(`Members of ${operation.id}, ${status}`, rows, false)}
          </details> `
    }${inHeaders}${types}`;
}

function refusals(operation: Operation): Html {
  const rows = [...refusalsOf(operation)].map(
    ([status, listed]) =>
      html`<tr>
        <th scope="row">${status}</th>
        <td>${codes(listed, " ")}</td>
      </tr>`,
  );
  return html`<details>
    <summary>Refusals</summary>
    ${scrolling(
      `Refusals of ${operation.id}`,
      html`<table>
        <thead>
          <tr>
            <th scope="col">Status</th>
            <th scope="col"><a href="/docs/errors">Codes</a></th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>`,
    )}
  </details> `;
}

/** A call as a section of its resource's page. */
export function operationSection(operation: Operation): Html {
  const { method, path, id, summary, description, access, body } = operation;
  const parameters = parametersOf(operation);
  const named = new Map<string, JsonSchema>();
  const bodySchema = body === undefined ? null : withDescriptions(jsonSchemaOf(body.schema, "input", named), operation);
  const bodyRows = bodySchema === null ? [] : schemaRows(bodySchema, Object.fromEntries(named));
  return html`<section class="operation" id="${id}" aria-labelledby="${id}-title">
    <h2 id="${id}-title"><a href="#${id}">${summary}</a></h2>
    <p class="call"><span class="method ${method}">${method.toUpperCase()}</span> <code>${path}</code></p>
    ${description === undefined ? null : markdown(description)}
    <p class="callers">${callersOf(access)}</p>
    ${parameters.length === 0 ? null : [html`<h3>Parameters</h3> `, parametersTable(`Parameters of ${id}`, parameters)]}${
      bodyRows.length === 0
        ? null
        : [
            html`<h3>Body${body?.optional === true ? html` <small>may be left out</small>` : null}</h3> `,
            membersTable(`Body of ${id}`, bodyRows, true),
          ]
    }
    <h3>Example</h3>
    ${codeBlock(curlOf(operation), `A call of ${id}`)}
    <h3>Answers</h3>
    ${operation.answers.map((answer) => answerOf(operation, answer))}${refusals(operation)}
  </section> `;
}
