import { DurableObject } from "cloudflare:workers";

import type { RuntimeEnv } from "../platform/env.ts";

export class LocalVectorStore extends DurableObject<RuntimeEnv> {}
