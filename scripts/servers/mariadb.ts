import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import mysql from "mysql2/promise";

import { freePort } from "../runtime/ports.ts";
import { endProcess, killProcess, type PrivateServer, untilReady } from "./private-server.ts";

async function isInstalled(command: string): Promise<boolean> {
  return promisify(execFile)(command, ["--version"]).then(
    () => true,
    () => false,
  );
}

/**
 * A MariaDB server on a free loopback port, with a data folder of its own.
 * @returns null where MariaDB is not installed
 */
export async function startMariaDb(): Promise<PrivateServer | null> {
  if (!(await isInstalled("mariadbd")) || !(await isInstalled("mariadb-install-db"))) return null;
  const folder = await mkdtemp(join(tmpdir(), "endcap-mariadb-"));
  const user = process.getuid?.() === 0 ? ["--user=root"] : [];
  const data = join(folder, "data");
  const install = ["--no-defaults", `--datadir=${data}`, "--auth-root-authentication-method=normal", "--skip-test-db"];
  // Two installations at once get in each other's way in a common folder for temporary files.
  const env = { ...process.env, TMPDIR: folder };
  await promisify(execFile)("mariadb-install-db", [...install, ...user], { env });
  const port = await freePort();
  const options = [
    "--no-defaults",
    ...user,
    `--datadir=${data}`,
    `--socket=${join(folder, "socket")}`,
    `--port=${port}`,
    "--bind-address=127.0.0.1",
    "--skip-name-resolve",
    "--innodb-flush-log-at-trx-commit=0",
  ];
  const start = (): ChildProcess => spawn("mariadbd", options, { stdio: "ignore" });
  let server = start();
  await untilReady(server, async () => {
    const connection = await mysql.createConnection(`mysql://root@127.0.0.1:${port}/`);
    // Hyperdrive takes no address without a password.
    await connection.query("CREATE USER endcap@'%' IDENTIFIED BY 'endcap'");
    await connection.query("GRANT ALL ON *.* TO endcap@'%' WITH GRANT OPTION");
    await connection.end();
  });
  const url = `mysql://endcap:endcap@127.0.0.1:${port}/`;
  return {
    url,
    shutDown: () => endProcess(server, "SIGTERM"),
    async startAgain() {
      server = start();
      await untilReady(server, async () => (await mysql.createConnection(url)).end());
    },
    async close() {
      await killProcess(server);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
