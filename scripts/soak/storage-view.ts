/** What of the runtime's storage is looked at from outside. */
export interface ViewedStorage {
  readonly lake: R2Bucket;
  readonly db: D1Database;
}

/** A file of the lake. */
export interface LakeObject {
  readonly key: string;
  readonly size: number;
}

/** Sums of D1's hourly counters. */
export interface CounterSums {
  readonly views: number;
  readonly carts: number;
  readonly purchases: number;
  readonly quantity: number;
}

const COUNTERS_SQL = `SELECT coalesce(sum(views), 0) AS views, coalesce(sum(carts), 0) AS carts,
  coalesce(sum(purchases), 0) AS purchases, coalesce(sum(quantity), 0) AS quantity FROM hourly_items`;

async function listLake(lake: R2Bucket): Promise<LakeObject[]> {
  const found: LakeObject[] = [];
  let cursor: string | undefined;
  do {
    const page = await lake.list(cursor === undefined ? {} : { cursor });
    found.push(...page.objects.map(({ key, size }) => ({ key, size })));
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor !== undefined);
  return found;
}

/** Answers `/lake` (a list), `/lake/<key>` (a file) and `/counters` (sums). @throws Error for anything else */
export async function answerFromStorage(path: string, { lake, db }: ViewedStorage): Promise<string | Buffer> {
  if (path === "/lake") return JSON.stringify(await listLake(lake));
  if (path === "/counters") return JSON.stringify(await db.prepare(COUNTERS_SQL).first<CounterSums>());
  if (!path.startsWith("/lake/")) throw new Error(`Nothing at ${path}.`);
  const object = await lake.get(decodeURIComponent(path.slice("/lake/".length)));
  if (object === null) throw new Error(`The lake has no ${path}.`);
  return Buffer.from(await object.arrayBuffer());
}
