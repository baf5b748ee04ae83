import { createHash } from "node:crypto";

import { type Control, CONTROL_OBJECT_KEY, emptyControl } from "../../../domain/control/control.ts";
import type { BenchRuntime } from "../runtime.ts";
import { BENCH_KEY } from "../scenario.ts";

type Key = Control["keys"][number];

function secretKey(id: string, key: string, scope: Key["scopes"][number]): Key {
  const hash = createHash("sha256").update(key).digest("hex");
  return { id, kind: "secret", hash, scopes: [scope], origins: [] };
}

function viewerKey(n: number): string {
  return `sk_bench_viewer_${n}`;
}

/** Gives a fresh runtime the key of the bench, and one for each of so many viewers. */
export async function putKeys(runtime: BenchRuntime, viewers: number): Promise<void> {
  const control: Control = {
    ...emptyControl(new Date(0)),
    keys: [
      secretKey("bench", BENCH_KEY, "admin"),
      ...Array.from({ length: viewers }, (_, n) => secretKey(`viewer-${n}`, viewerKey(n), "analytics:read")),
    ],
  };
  const bucket = (await runtime.miniflare.getR2Bucket("RUNTIME")) as unknown as R2Bucket;
  await bucket.put(CONTROL_OBJECT_KEY, JSON.stringify(control));
}

/** Signs a viewer in as the page does. @returns the cookie, `name=value` @throws Error when that is refused */
export async function signIn(url: string, viewer: number): Promise<string> {
  const response = await fetch(`${url}/v1/dashboard/session`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ key: viewerKey(viewer) }),
  });
  const [cookie] = (response.headers.get("set-cookie") ?? "").split(";");
  if (!response.ok || cookie === undefined || cookie === "") {
    throw new Error(`Signing in failed: ${response.status} ${await response.text()}`);
  }
  return cookie;
}
