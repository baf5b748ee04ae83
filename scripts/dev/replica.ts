import { join } from "node:path";

import type { EndcapConfig } from "../../domain/config/schema.ts";
import { CommandError } from "../command.ts";
import { startEmbeddedReplica } from "../embedded-replica/embedded-replica.ts";
import { stateFolder } from "../runtime/state-folder.ts";
import { startStep } from "../terminal/progress.ts";
import { isPortFree } from "../runtime/ports.ts";
import { type Samples, readSamples } from "./samples.ts";

/** The replica that the Worker will read. */
export interface Replica {
  readonly url: string;
  /** Says which data this is, without a password: another identity means another shop. */
  readonly identity: string;
  readonly samples: Samples;
  /** Process of the embedded replica; null for a real one. */
  readonly pid: number | null;
  close(): Promise<void>;
}

/** The address in wrangler.toml, so that plain `wrangler dev` beside a running replica finds it too. */
const EMBEDDED_PORT = 54_329;

async function startEmbedded(config: EndcapConfig): Promise<Replica> {
  const step = startStep("Embedded PostgreSQL replica with the demo shop");
  try {
    const replica = await startEmbeddedReplica({
      folder: join(stateFolder(), "replica"),
      port: (await isPortFree(EMBEDDED_PORT)) ? EMBEDDED_PORT : 0,
      onProgress: (done, total) => step.update(done, total),
    });
    try {
      const samples = await readSamples(replica.url, config, true);
      step.done(new URL(replica.url).host);
      return { ...replica, identity: "embedded", samples, close: () => replica.close() };
    } catch (error) {
      await replica.close();
      throw error;
    }
  } catch (error) {
    step.fail("did not start");
    if (error instanceof CommandError) throw error;
    throw new CommandError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

async function connectTo(url: string, config: EndcapConfig): Promise<Replica> {
  const { protocol, host, pathname } = new URL(url);
  const step = startStep(`Replica at ${host}`);
  try {
    const samples = await readSamples(url, config);
    step.done();
    return { url, identity: `${protocol}//${host}${pathname}`, samples, pid: null, close: () => Promise.resolve() };
  } catch (error) {
    step.fail("cannot be used");
    throw error;
  }
}

/**
 * Makes sure that there is a replica which answers: the given one, or an embedded one with a demo shop.
 * @throws CommandError that says what to do
 */
export function provideReplica(url: string | null, config: EndcapConfig): Promise<Replica> {
  return url === null ? startEmbedded(config) : connectTo(url, config);
}
