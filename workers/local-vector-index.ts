import { WorkerEntrypoint } from "cloudflare:workers";

import type { RuntimeEnv } from "../platform/env.ts";

export class LocalVectorIndex extends WorkerEntrypoint<RuntimeEnv> {}
