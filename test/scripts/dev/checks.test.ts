import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { afterAll, expect, it, onTestFinished } from "vitest";

import { loadConfiguration } from "../../../scripts/dev/configuration.ts";
import { parseDevOptions } from "../../../scripts/dev/options.ts";
import { isPortFree } from "../../../scripts/runtime/ports.ts";
import { readSamples } from "../../../scripts/dev/samples.ts";
import { lockState } from "../../../scripts/dev/state-lock.ts";
import config from "../../../endcap.config.ts";
import { runEndcap } from "../cli.ts";

const folder = mkdtempSync(join(tmpdir(), "endcap-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function listen(host: string): Promise<{ port: number; close(): void }> {
  const server = createServer();
  server.listen(0, host);
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("A TCP server has a port.");
  return { port: address.port, close: () => server.close() };
}

it.each(["127.0.0.1", "0.0.0.0"])("sees that a port is taken on %s", async (host) => {
  const server = await listen(host);
  expect(await isPortFree(server.port)).toBe(false);
  server.close();
});

it("says in one line that a port is taken, starts nothing and leaves nothing", async () => {
  const server = await listen("127.0.0.1");
  const state = join(folder, "taken");
  const { status, stderr, stdout } = await runEndcap(["dev", "--port", String(server.port), "--state", state]);
  server.close();
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).toBe(
    `endcap dev: Port ${server.port} is taken. Stop what listens there, or choose another: npm start -- --port ${server.port + 1}\n`,
  );
});

it.each([
  [["--port", "0"], "--port takes a number"],
  [["--port", "http"], "--port takes a number"],
  [["--replica", "sqlite://x"], "--replica takes mysql://"],
  [["--replica", "mysql://localhost:3306/shop"], "--replica takes mysql://"],
])("refuses %j", (args, message) => {
  expect(() => parseDevOptions(args)).toThrow(message);
});

it("says that a replica does not answer, without its password", async () => {
  const url = "mysql://reader:topsecret@127.0.0.1:1/shop";
  const failure = await readSamples(url, config).catch(String);
  expect(failure).toMatch(/The replica at 127\.0\.0\.1:1 cannot be reached \(.*ECONNREFUSED.*\)\. Start it/);
  expect(failure).not.toContain("topsecret");
});

it("tells every problem of a configuration in a line of its own", async () => {
  const path = join(folder, "broken.config.ts");
  const schema = pathToFileURL(join(import.meta.dirname, "../../../domain/config/schema.ts")).href;
  writeFileSync(
    path,
    `import { defineConfig } from ${JSON.stringify(schema)};
     export default defineConfig({ shop: { name: "", currency: "dollars" }, source: { users: { table: "u", key: "k" } } });`,
  );
  const failure = String(await loadConfiguration(path).catch((error: unknown) => error));
  expect(failure.split("\n")).toHaveLength(4);
  expect(failure).toMatch(/shop\.name: /);
  expect(failure).toMatch(/shop\.currency: /);
  expect(failure).toMatch(/source\.items: /);
});

it("does not let two runtimes write into one folder, but takes over a dead one's lock", async () => {
  const state = join(folder, "locked");
  const module = pathToFileURL(join(import.meta.dirname, "../../../scripts/dev/state-lock.ts")).href;
  const program = `import { lockState } from ${JSON.stringify(module)};
    lockState(${JSON.stringify(state)});
    console.log("locked");
    setInterval(() => undefined, 1_000);`;
  const other = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void other.kill("SIGKILL"));
  await once(other.stdout, "data");
  expect(() => lockState(state)).toThrow(`already running on ${state} (process ${other.pid})`);

  other.kill("SIGKILL");
  await once(other, "close");
  const unlock = lockState(state);
  expect(readFileSync(join(state, "start.pid"), "utf8")).toBe(String(process.pid));
  expect(() => lockState(state)).toThrow(/already running/);
  unlock();
  lockState(state)();
});
