import { env } from "cloudflare:workers";
import { z } from "zod";

import { httpShop } from "./http-shop.ts";

// The API's port is known only when the test has started it: the test says it as a variable of the Worker.
const { SHOP_API_URL: url } = z.object({ SHOP_API_URL: z.url() }).parse(env);

export default httpShop({ url, paging: "cursor", since: true, orders: "http", verifyEveryRuns: 3 });
