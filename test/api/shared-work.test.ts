import { expect, it } from "vitest";

import { SHARED_WORK_ABANDONED_MILLISECONDS, SharedWork } from "../../workers/api/shared-work.ts";

const ignore = (): void => {};

function counted(): { work: SharedWork<number>; begin: () => Promise<number>; resolve: (value: number) => void } {
  let begun = 0;
  const { promise, resolve } = Promise.withResolvers<number>();
  return {
    work: new SharedWork<number>(),
    begin: () => {
      begun += 1;
      return begun === 1 ? promise : Promise.resolve(begun);
    },
    resolve,
  };
}

it("is done once for all who ask meanwhile, and anew for who asks afterwards", async () => {
  const { work, begin, resolve } = counted();
  const asked = [0, 1, 2].map((now) => work.run("a", ignore, now, begin));
  resolve(1);
  expect(await Promise.all(asked)).toEqual([1, 1, 1]);
  expect(await work.run("a", ignore, 3, begin)).toBe(2);
});

it("is another one for another key", async () => {
  const { work, begin } = counted();
  void work.run("a", ignore, 0, begin);
  expect(await work.run("b", ignore, 0, begin)).toBe(2);
});

it("is begun anew when it shows no end: the request that began it was cut off", async () => {
  const { work, begin, resolve } = counted();
  const cutOff = work.run("a", ignore, 0, begin);
  expect(work.run("a", ignore, SHARED_WORK_ABANDONED_MILLISECONDS - 1, begin)).toBe(cutOff);
  const { promise, resolve: resolveSecond } = Promise.withResolvers<number>();
  const second = work.run("a", ignore, SHARED_WORK_ABANDONED_MILLISECONDS, () => promise);
  // A late end of the first does not end the second.
  resolve(1);
  await cutOff;
  expect(work.run("a", ignore, SHARED_WORK_ABANDONED_MILLISECONDS, begin)).toBe(second);
  resolveSecond(7);
  expect(await second).toBe(7);
});

it("outlives the answer that began it, and a failure reaches who awaits it and nobody else", async () => {
  const kept: Promise<unknown>[] = [];
  const work = new SharedWork<number>();
  const failing = work.run(
    "a",
    (promise) => kept.push(promise),
    0,
    () => Promise.reject(new Error("away")),
  );
  await expect(failing).rejects.toThrow("away");
  expect(await Promise.all(kept)).toEqual([undefined]);
  expect(await work.run("a", ignore, 1, () => Promise.resolve(1))).toBe(1);
});
