import { refusalSchema } from "./answers.ts";
import { type JsonSchema, jsonSchemaOf, type NamedSchemas } from "./json-schema.ts";
import type { Access, Answer, Operation } from "./operation.ts";
import { parametersOf, withDescriptions } from "./parameters.ts";
import { refusalsOf } from "./refusals.ts";
import { RESOURCES } from "./resources.ts";

/** Grows with what the API says of itself: the middle number when something is added, the last for words. */
const DOCUMENT_VERSION = "1.0.0";

const DESCRIPTION =
  "JSON over HTTPS. Times are ISO 8601 in UTC; money is a number in `currency`. A publishable key (`pk_…`) stands in " +
  "pages and may send events and ask for recommendations; a secret key (`sk_…`) belongs to your server.";

const SECURITY_SCHEMES = {
  secretKey: { type: "http", scheme: "bearer", description: "A secret key, `sk_…`: in this header only." },
  publishableKey: { type: "http", scheme: "bearer", description: "A publishable key, `pk_…`, from an allowed origin." },
  publishableKeyInQuery: {
    type: "apiKey",
    in: "query",
    name: "key",
    description: "The same, for callers that can set no headers.",
  },
  dashboardSession: { type: "apiKey", in: "cookie", name: "endcap_dashboard", description: "Somebody who signed in." },
} as const;

function securityOf(access: Access): JsonSchema[] {
  switch (access.kind) {
    case "everybody":
      return [];
    case "shopper":
      return [{ publishableKey: [] }, { publishableKeyInQuery: [] }, { secretKey: [access.scope] }];
    case "server":
      return [{ secretKey: access.scopes }];
    case "anyOf":
      return access.scopes.map((scope) => ({ secretKey: [scope] }));
    case "viewer":
      return [...access.scopes.map((scope) => ({ secretKey: [scope] })), { dashboardSession: [] }];
  }
}

function contentOf({ schema, example, alsoAs = {} }: Answer, named: NamedSchemas): JsonSchema {
  const files = Object.entries(alsoAs).map(([type, description]) => {
    const isText = type.startsWith("text/") || type === "application/json";
    return [type, { schema: { type: "string", description, ...(isText ? {} : { format: "binary" }) } }] as const;
  });
  const json =
    schema === null
      ? {}
      : {
          "application/json": {
            schema: jsonSchemaOf(schema, "output", named),
            ...(example === undefined ? {} : { example }),
          },
        };
  const content = { ...json, ...Object.fromEntries(files) };
  return Object.keys(content).length === 0 ? {} : { content };
}

function headersOf({ headers }: Answer): JsonSchema {
  if (headers === undefined) return {};
  const described = Object.entries(headers).map(([name, description]) => [
    name,
    { description, schema: { type: "string" } },
  ]);
  return { headers: Object.fromEntries(described) };
}

function responsesOf(operation: Operation, named: NamedSchemas): JsonSchema {
  const answers = operation.answers.map((answer) => [
    String(answer.status),
    { description: answer.description, ...headersOf(answer), ...contentOf(answer, named) },
  ]);
  const refusals = [...refusalsOf(operation)].map(([status, codes]) => [
    String(status),
    {
      description: codes.map((code) => `\`${code}\``).join(", "),
      content: { "application/json": { schema: jsonSchemaOf(refusalSchema, "output", named) } },
    },
  ]);
  return Object.fromEntries([...answers, ...refusals]) as JsonSchema;
}

function describe(operation: Operation, resource: string, named: NamedSchemas): JsonSchema {
  const { id, summary, description, body, example } = operation;
  const values = { ...example.path, ...example.query };
  const parameters = parametersOf(operation).map((parameter) =>
    parameter.name in values
      ? { ...parameter, example: exampleOf(parameter.schema, values[parameter.name]) }
      : parameter,
  );
  return {
    operationId: id,
    tags: [resource],
    summary,
    ...(description === undefined ? {} : { description }),
    security: securityOf(operation.access),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: body.optional !== true,
            content: {
              "application/json": {
                schema: withDescriptions(jsonSchemaOf(body.schema, "input", named), operation),
                example: example.body,
              },
            },
          },
        }),
    responses: responsesOf(operation, named),
  };
}

/** A value of a query in the type that the document gives it. */
function exampleOf({ type }: JsonSchema, text = ""): unknown {
  if (type === "integer" || type === "number") return Number(text);
  return type === "array" ? text.split(",") : text;
}

/** The document of the API: OpenAPI 3.1. The same for every shop. */
export function openApiDocument(): JsonSchema {
  const named: NamedSchemas = new Map();
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const { name, operations } of RESOURCES) {
    for (const operation of operations)
      (paths[operation.path] ??= {})[operation.method] = describe(operation, name, named);
  }
  const schemas = [...named].toSorted(([one], [two]) => (one < two ? -1 : 1));
  return {
    openapi: "3.1.0",
    info: {
      title: "Endcap",
      version: DOCUMENT_VERSION,
      description: DESCRIPTION,
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/", description: "Where this document came from." }],
    tags: RESOURCES.map(({ name, description }) => ({ name, description })),
    paths,
    components: { schemas: Object.fromEntries(schemas), securitySchemes: SECURITY_SCHEMES },
  };
}
