import { DurableObject } from "cloudflare:workers";

import type { RuntimeEnv } from "../platform/env.ts";

export class InteractionLedger extends DurableObject<RuntimeEnv> {}
