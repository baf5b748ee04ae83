/** What came back of a call. */
export interface CallOutcome {
  readonly value?: unknown;
  readonly error?: { readonly isError: boolean; readonly name: string; readonly message: string };
}

interface CallerEnv {
  readonly ENDCAP: Readonly<Record<string, (input: unknown) => Promise<unknown>>>;
}

/** What cannot be said in JSON, which is how a test speaks to this Worker. */
function revive(_key: string, value: unknown): unknown {
  if (value === "(a date)") return new Date(0);
  if (value === "(a big number)") return 1n;
  if (value === "(128 KB)") return "x".repeat(128 * 1024);
  return value;
}

/** Calls `env.ENDCAP[method](input)` from within a Worker, and says what came back. */
export default {
  async fetch(request, env) {
    const { method, input } = JSON.parse(await request.text(), revive) as { method: string; input: unknown };
    try {
      const value = await env.ENDCAP[method]?.(input);
      return Response.json({ value } satisfies CallOutcome);
    } catch (error) {
      const isError = error instanceof Error;
      const { name, message } = isError ? error : { name: "", message: String(error) };
      return Response.json({ error: { isError, name, message } } satisfies CallOutcome);
    }
  },
} satisfies ExportedHandler<CallerEnv>;
