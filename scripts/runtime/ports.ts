import { once } from "node:events";
import { createServer } from "node:net";

/** Where a server that would be in our way may listen: each loopback address, and all addresses at once. */
const HOSTS = ["127.0.0.1", "::1", "0.0.0.0"] as const;

async function canListen(port: number, host: string): Promise<boolean> {
  const server = createServer();
  try {
    server.listen({ port, host, exclusive: true });
    await once(server, "listening");
    return true;
  } catch (error) {
    // A machine without IPv6 has nobody on ::1 either.
    return !(error instanceof Error && "code" in error && (error.code === "EADDRINUSE" || error.code === "EACCES"));
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

/** True when nobody listens on `port` of this machine and we may. */
export async function isPortFree(port: number): Promise<boolean> {
  for (const host of HOSTS) {
    if (!(await canListen(port, host))) return false;
  }
  return true;
}

/** A port of the loopback address that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("A TCP server has no port.");
  return address.port;
}
