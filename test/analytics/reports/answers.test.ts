import { expect, it } from "vitest";

import { type Answer, answerOnce } from "../../../workers/api/analytics/answers.ts";

const ignore = (): void => {};
const answer = (body: string): Answer => ({ body, headers: {}, nextCursor: null });

it("computes a question once for all who ask meanwhile and for five seconds after, then anew", async () => {
  let computed = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  const compute = async (): Promise<Answer> => {
    computed += 1;
    await promise;
    return answer(String(computed));
  };
  const ask = async (now: number): Promise<string> => (await answerOnce("one", ignore, now, compute)).body;
  const asked = [ask(0), ask(1), ask(2)];
  resolve();
  expect(await Promise.all(asked)).toEqual(["1", "1", "1"]);
  expect(await ask(4_999)).toBe("1");
  expect(await ask(5_000)).toBe("2");
});

it("keeps an answer for as long as that says", async () => {
  let computed = 0;
  const compute = (): Promise<Answer> => Promise.resolve({ ...answer(String(++computed)), keepSeconds: 15 });
  const ask = async (now: number): Promise<string> => (await answerOnce("long", ignore, now, compute)).body;
  expect([await ask(0), await ask(14_999), await ask(15_000)]).toEqual(["1", "1", "2"]);
});

it("keeps nothing of a question that failed", async () => {
  const failing = answerOnce("failing", ignore, 0, () => Promise.reject(new Error("away")));
  await expect(failing).rejects.toThrow("away");
  expect((await answerOnce("failing", ignore, 1, () => Promise.resolve(answer("there")))).body).toBe("there");
});

it("keeps the newest answers where all would be too much for an isolate", async () => {
  const large = "x".repeat(3_000_000);
  const ask = (question: string, body: string) => answerOnce(question, ignore, 0, () => Promise.resolve(answer(body)));
  for (const question of ["a", "b", "c"]) await ask(question, large);
  expect((await ask("c", "anew")).body).toBe(large);
  expect((await ask("b", "anew")).body).toBe(large);
  expect((await ask("a", "anew")).body).toBe("anew");
});
