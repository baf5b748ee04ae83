import { type ChildProcess, execFile, spawn } from "node:child_process";
import { chmod, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { Client } from "pg";

import { freePort } from "../runtime/ports.ts";
import { endProcess, type PrivateServer, untilReady } from "./private-server.ts";

/** PostgreSQL's own programs live in a folder per version that is in no PATH. */
async function newestBinaries(): Promise<string | null> {
  const root = "/usr/lib/postgresql";
  const versions = await readdir(root).catch(() => []);
  const newest = versions.toSorted((a, b) => Number(b) - Number(a))[0];
  return newest === undefined ? null : join(root, newest, "bin");
}

/**
 * A PostgreSQL server on a free loopback port, with a data folder of its own.
 * @returns null where PostgreSQL is not installed
 */
export async function startPostgres(): Promise<PrivateServer | null> {
  const binaries = await newestBinaries();
  if (binaries === null) return null;
  const folder = await mkdtemp(join(tmpdir(), "endcap-postgres-"));
  // PostgreSQL refuses to run as root.
  const asRoot = process.getuid?.() === 0;
  const command = (program: string, options: string[]): [string, string[]] => {
    const path = join(binaries, program);
    if (!asRoot) return [path, options];
    return ["setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", "--", path, ...options]];
  };
  if (asRoot) {
    await chmod(folder, 0o755);
    await promisify(execFile)("chown", ["postgres", folder]);
  }
  const data = join(folder, "data");
  const initialise = ["-D", data, "-U", "postgres", "-A", "trust", "--no-sync", "--locale=C.UTF-8", "-E", "UTF8"];
  await promisify(execFile)(...command("initdb", initialise), { cwd: folder });
  const port = await freePort();
  const options = ["-D", data, "-h", "127.0.0.1", "-p", String(port), "-k", folder, "-F"];
  const start = (): ChildProcess => spawn(...command("postgres", options), { stdio: "ignore", cwd: folder });
  const url = `postgres://postgres:postgres@127.0.0.1:${port}/postgres`;
  const connect = async (): Promise<void> => {
    const client = new Client({ connectionString: url });
    await client.connect();
    await client.end();
  };
  let server = start();
  await untilReady(server, connect);
  return {
    url,
    // PostgreSQL's fast shutdown: SIGTERM would wait until every client has left.
    shutDown: () => endProcess(server, "SIGINT"),
    async startAgain() {
      server = start();
      await untilReady(server, connect);
    },
    async close() {
      // An immediate shutdown: SIGKILL would leave the processes of open connections behind, at work for ever.
      await endProcess(server, "SIGQUIT");
      await rm(folder, { recursive: true, force: true });
    },
  };
}
