import { z } from "zod";

import { err, ok, type Result } from "../result.ts";
import { NOTICE_KINDS, type NoticeKind } from "../sync/notices.ts";
import { DEFAULT_KINDS } from "./kinds.ts";
import { SECRET_MAX_BYTES, SECRET_MIN_BYTES, TARGETS_MAX } from "./limits.ts";

/** A secret of the signing scheme is written with this in front of its base64. */
export const SECRET_PREFIX = "whsec_";
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

function isAllowedAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  if (username !== "" || password !== "") return false;
  return protocol === "https:" || (protocol === "http:" && LOOPBACK.test(hostname));
}

function isSecret(text: string): boolean {
  if (!text.startsWith(SECRET_PREFIX)) return text.length >= SECRET_MIN_BYTES;
  const encoded = text.slice(SECRET_PREFIX.length);
  if (!BASE64.test(encoded)) return false;
  const bytes = Math.floor((encoded.replaceAll("=", "").length * 3) / 4);
  return bytes >= SECRET_MIN_BYTES && bytes <= SECRET_MAX_BYTES;
}

const common = {
  /** Names the target in lists and logs. Renaming it makes it another one. */
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/, "is 1–32 of a–z, 0–9 and hyphen, a letter or digit first"),
  url: z
    .string()
    .refine(isAllowedAddress, "is an https address without user and password (http only to this machine itself)"),
  kinds: z
    .array(z.enum(NOTICE_KINDS))
    .nonempty()
    .optional()
    .transform((kinds): readonly NoticeKind[] => kinds ?? DEFAULT_KINDS),
};

const targetSchema = z.discriminatedUnion("format", [
  z.strictObject({
    ...common,
    format: z.literal("webhook"),
    secret: z
      .string()
      .refine(
        isSecret,
        `is a text of at least ${SECRET_MIN_BYTES} characters, or ${SECRET_PREFIX} and the base64 of ${SECRET_MIN_BYTES}–${SECRET_MAX_BYTES} bytes`,
      ),
  }),
  z.strictObject({ ...common, format: z.literal("slack") }),
]);

/** Somebody's own system that is told of notices. Its `url` is a secret too: who knows Slack's may write there. */
export type NotifyTarget = z.infer<typeof targetSchema>;

const targetsSchema = z
  .array(targetSchema)
  .max(TARGETS_MAX)
  .refine((targets) => new Set(targets.map(({ name }) => name)).size === targets.length, "two targets have one name");

/** What is wrong with `NOTIFY_TARGETS`, in one line that repeats no value: they are secrets. */
export interface InvalidTargets {
  readonly kind: "invalid_targets";
  readonly message: string;
}

function invalid(message: string): { readonly ok: false; readonly error: InvalidTargets } {
  return err({ kind: "invalid_targets", message });
}

/**
 * Reads `NOTIFY_TARGETS`.
 * @param text absent or empty for none
 */
export function parseTargets(text: string | undefined): Result<readonly NotifyTarget[], InvalidTargets> {
  if (text === undefined || text.trim() === "") return ok([]);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return invalid("NOTIFY_TARGETS is not valid JSON: write a list of targets (docs/notices.md).");
  }
  const targets = targetsSchema.safeParse(parsed);
  if (targets.success) return ok(targets.data);
  const problems = targets.error.issues.map(({ path, message }) => `${path.join(".") || "the list"}: ${message}`);
  return invalid(`NOTIFY_TARGETS is not valid: ${problems.join("; ")}.`);
}
