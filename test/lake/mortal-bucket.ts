/** Whoever held the bucket is dead. */
export class Killed extends Error {
  override readonly name = "Killed";
}

const CHANGING = new Set(["put", "delete", "complete", "uploadPart", "createMultipartUpload"]);

/**
 * A bucket whose user dies at the n-th request, before or after it is done (in turn), and that calls back after each
 * request which changes something.
 * @param dieAt counts from 1; infinite for a user who lives
 */
export function mortalBucket(bucket: R2Bucket, dieAt: number, afterChange: () => Promise<void>): R2Bucket {
  let requests = 0;
  const wrap = <Target extends object>(target: Target): Target =>
    new Proxy(target, {
      get(object, name) {
        const value: unknown = Reflect.get(object, name, object);
        if (typeof value !== "function") return value;
        return async (...args: unknown[]): Promise<unknown> => {
          requests++;
          if (requests === dieAt && dieAt % 2 === 0) throw new Killed();
          const result: unknown = await Reflect.apply(value, object, args);
          if (CHANGING.has(String(name))) await afterChange();
          if (requests >= dieAt) throw new Killed();
          return name === "createMultipartUpload" ? wrap(result as object) : result;
        };
      },
    });
  return wrap(bucket);
}
