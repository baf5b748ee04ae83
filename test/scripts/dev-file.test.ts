import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { createBucketClient } from "../../scripts/runtime/s3.ts";
import { type DevFile, readDevFile, writeDevFile } from "../../scripts/runtime/dev-file.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "endcap-test-"));
  vi.stubEnv("ENDCAP_STATE_DIR", folder);
  vi.stubEnv("ENDCAP_S3_ENDPOINT", "");
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const FILE: DevFile = {
  url: "http://localhost:8787",
  publishable_key: "pk_a",
  secret_key: "sk_b",
  sample_user_id: "103",
  sample_item_id: null,
  s3: {
    endpoint: "http://localhost:8787/cdn-cgi/local/r2/s3",
    access_key_id: "id",
    secret_access_key: "secret",
    buckets: { lake: "l", exports: "e", models: "m" },
  },
};

it("reads what was written, and leaves nothing else behind", () => {
  writeDevFile(FILE);
  expect(readDevFile()).toEqual(FILE);
  expect(readdirSync(folder)).toEqual(["dev.json"]);
});

it("is readable by its owner only, since it holds a secret key", () => {
  writeDevFile(FILE);
  expect(statSync(join(folder, "dev.json")).mode & 0o777).toBe(0o600);
});

it("says what to do when there is none, and when it is damaged", () => {
  expect(() => readDevFile()).toThrow(/npm start/);
  writeFileSync(join(folder, "dev.json"), '{"url":');
  expect(() => readDevFile()).toThrow(/cannot be understood/);
  writeFileSync(join(folder, "dev.json"), "{}");
  expect(() => readDevFile()).toThrow(/cannot be understood/);
});

it("gives the bucket client its address and credentials unless the environment names others", async () => {
  writeDevFile(FILE);
  const local = createBucketClient();
  expect(local.buckets).toEqual(FILE.s3.buckets);
  expect(await local.client.config.credentials()).toMatchObject({ accessKeyId: "id", secretAccessKey: "secret" });

  vi.stubEnv("ENDCAP_S3_ENDPOINT", "https://account.example");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "theirs");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "hidden");
  vi.stubEnv("ENDCAP_MODELS_BUCKET", "other-models");
  const real = createBucketClient();
  expect(real.buckets).toEqual({ lake: "endcap-lake", exports: "endcap-exports", models: "other-models" });
  expect(await real.client.config.credentials()).toMatchObject({ accessKeyId: "theirs" });
});
