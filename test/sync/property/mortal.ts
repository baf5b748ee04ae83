class Killed extends Error {}

/** D1 as a runtime sees it that dies: from its n-th batch on nothing reaches it. */
export function mortal(db: D1Database, batches: number): D1Database {
  let left = batches;
  return new Proxy(db, {
    get(target, name) {
      if (left < 0) throw new Killed("the runtime is dead");
      if (name !== "batch") {
        const value: unknown = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      }
      return (statements: D1PreparedStatement[]) => {
        left -= 1;
        if (left < 0) throw new Killed("the runtime is dead");
        return target.batch(statements);
      };
    },
  });
}
