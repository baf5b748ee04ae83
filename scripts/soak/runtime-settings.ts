import { z } from "zod";

/** What the runtime's own process is told, in a file that its first argument names. */
export const runtimeSettingsSchema = z.object({
  /** Path of the bundle. */
  script: z.string(),
  /** Where D1, R2 and the objects are kept: the same over every restart. */
  state: z.string(),
  /** The Worker's bindings, in Miniflare's words. */
  options: z.record(z.string(), z.unknown()),
  /** `control.json`: the keys that the Worker knows. */
  control: z.string(),
});
export type RuntimeSettings = z.infer<typeof runtimeSettingsSchema>;

/** What it says when it is up, as one line of JSON on its standard output. */
export const runtimeReadySchema = z.object({
  /** The Worker's own socket. */
  url: z.url(),
  /** Where storage can be looked at from outside the Worker. */
  storageUrl: z.url(),
});
export type RuntimeReady = z.infer<typeof runtimeReadySchema>;
