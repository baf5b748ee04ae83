import type { RuntimeEnv } from "../../../platform/env.ts";
import { add, type IngestCounts, tableOf } from "./counts.ts";

type Call = (...args: unknown[]) => unknown;

const BLOCK_BYTES = 64 * 1024;
const CLASS_A: ReadonlySet<PropertyKey> = new Set(["put", "list", "createMultipartUpload"]);
const CLASS_B: ReadonlySet<PropertyKey> = new Set(["get", "head"]);

/** An object whose methods are told of before they run. */
function watched<Target extends object>(target: Target, watch: (method: PropertyKey, args: unknown[]) => void): Target {
  return new Proxy(target, {
    get(inner, property) {
      const value: unknown = Reflect.get(inner, property, inner);
      if (typeof value !== "function") return value;
      return (...args: unknown[]): unknown => {
        watch(property, args);
        return Reflect.apply(value as Call, inner, args);
      };
    },
  });
}

function countedBucket(bucket: R2Bucket, name: string, counts: IngestCounts): R2Bucket {
  return watched(bucket, (method) => {
    if (CLASS_A.has(method)) add(counts.classA, name, 1);
    if (CLASS_B.has(method)) add(counts.classB, name, 1);
  });
}

function countedObjects<Namespace extends RuntimeEnv["SHOPPER_SESSION"] | RuntimeEnv["INTERACTION_LEDGER"]>(
  namespace: Namespace,
  name: string,
  counts: IngestCounts,
): Namespace {
  return new Proxy(namespace, {
    get(inner, property) {
      const value: unknown = Reflect.get(inner, property, inner);
      if (property !== "getByName") return value;
      return (object: string): unknown =>
        new Proxy(inner.getByName(object), {
          get(stub, method) {
            return (...args: unknown[]): unknown => {
              add(counts.objectCalls, name, 1);
              return (stub as unknown as Record<PropertyKey, Call>)[method]?.(...args);
            };
          },
        });
    },
  });
}

/** D1 whose results' `rows_written` are added up. Only the ways in which this code runs statements are known. */
function countedD1(db: D1Database, counts: IngestCounts): D1Database {
  const inner = new WeakMap<object, { readonly statement: D1PreparedStatement; readonly table: string }>();
  const note = (table: string, meta: { readonly rows_written?: number }): void => {
    add(counts.rows, `D1 ${table}`, meta.rows_written ?? 0);
  };
  const wrap = (statement: D1PreparedStatement, table: string): D1PreparedStatement => {
    const wrapped = new Proxy(statement, {
      get(target, property) {
        if (property === "bind") return (...values: unknown[]) => wrap(target.bind(...values), table);
        const value: unknown = Reflect.get(target, property, target);
        if (property !== "run" && property !== "all") return typeof value === "function" ? value.bind(target) : value;
        return async () => {
          const result = await (property === "run" ? target.run() : target.all());
          note(table, result.meta);
          return result;
        };
      },
    });
    inner.set(wrapped, { statement, table });
    return wrapped;
  };
  return new Proxy(db, {
    get(target, property) {
      if (property === "prepare") return (sql: string) => wrap(target.prepare(sql), tableOf(sql));
      if (property === "batch") {
        return async (statements: D1PreparedStatement[]) => {
          const known = statements.map((one) => inner.get(one));
          const results = await target.batch(known.flatMap((one) => (one === undefined ? [] : [one.statement])));
          results.forEach(({ meta }, place) => note(known[place]?.table ?? "other", meta));
          return results;
        };
      }
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}

/** The bindings that events pass through, with everything that is charged for counted. */
export function countedBindings(env: RuntimeEnv, counts: IngestCounts): RuntimeEnv {
  return {
    ...env,
    DB: countedD1(env.DB, counts),
    LAKE: countedBucket(env.LAKE, "LAKE", counts),
    RUNTIME: countedBucket(env.RUNTIME, "RUNTIME", counts),
    SHOPPER_SESSION: countedObjects(env.SHOPPER_SESSION, "ShopperSession", counts),
    INTERACTION_LEDGER: countedObjects(env.INTERACTION_LEDGER, "InteractionLedger", counts),
    EVENTS_QUEUE: watched(env.EVENTS_QUEUE, (method, [body]) => {
      if (method !== "send") return;
      counts.queueMessages += 1;
      counts.queueBlocks += Math.ceil(JSON.stringify(body).length / BLOCK_BYTES);
    }),
  };
}
