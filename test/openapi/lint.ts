import { createConfig, lintFromString } from "@redocly/openapi-core";

/** What the linter finds wrong, as `rule: where: what`. */
export async function lint(document: object): Promise<string[]> {
  const config = await createConfig({
    extends: ["recommended-strict"],
    rules: {
      // A path without anything that varies wins over one with it: so says OpenAPI, and so does the app.
      "no-ambiguous-paths": "off",
      // Health and signing out refuse nobody.
      "operation-4xx-response": "off",
    },
  });
  const problems = await lintFromString({ source: JSON.stringify(document), config });
  return problems.map(({ ruleId, message, location }) => `${ruleId}: ${location[0]?.pointer ?? ""}: ${message}`);
}
