import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { ObjectAlarm } from "../../durable-objects/object-alarm.ts";

const NOW = 1_000_000;
const OVERDUE = 60_000;

beforeEach(() => vi.useFakeTimers({ now: NOW }));
afterEach(() => vi.useRealTimers());

/** An alarm over a storage that has one set, or none, and the times that it is set for. */
function alarmOver(stored: number | null = null): { alarm: ObjectAlarm; set: number[] } {
  const set: number[] = [];
  const storage = {
    getAlarm: () => Promise.resolve(stored),
    setAlarm: (at: number) => {
      set.push(at);
      return Promise.resolve();
    },
  };
  return { alarm: new ObjectAlarm(storage as unknown as DurableObjectStorage, OVERDUE), set };
}

it("is set for what is asked, and again only for what is earlier", async () => {
  const { alarm, set } = alarmOver();
  for (const at of [NOW + 500, NOW + 900, NOW + 500, NOW + 100]) await alarm.wakeBy(at);
  expect(set).toEqual([NOW + 500, NOW + 100]);
  expect(alarm.at).toBe(NOW + 100);
});

it("leaves one that is stored where it comes in time", async () => {
  const { alarm, set } = alarmOver(NOW + 200);
  await alarm.load();
  expect(alarm.timeBy(NOW + 300)).toBe(NOW + 200);
  await alarm.wakeBy(NOW + 300);
  expect(set).toEqual([]);
});

it.each([
  ["the present", NOW],
  ["the past", NOW - 5_000],
])("is never set for %s, where the runtime may drop it, but for the next millisecond, once", async (_, at) => {
  const { alarm, set } = alarmOver();
  alarm.came(NOW);
  expect(alarm.timeBy(at)).toBe(NOW + 1);
  await alarm.wakeBy(at);
  await alarm.wakeBy(at);
  expect(set).toEqual([NOW + 1]);
});

it("is not set again for the time for which it came, also where this clock is behind the one that brought it", async () => {
  const { alarm, set } = alarmOver();
  alarm.came(NOW + 40);
  await alarm.wakeBy(NOW + 40);
  expect(set).toEqual([NOW + 41]);
});

it("is set again when it should have come long ago, and not before", async () => {
  const { alarm, set } = alarmOver(NOW - 1);
  await alarm.load();
  vi.setSystemTime(NOW + OVERDUE - 2);
  await alarm.wakeBy(NOW + OVERDUE);
  expect([set, alarm.isOverdue]).toEqual([[], false]);
  vi.setSystemTime(NOW + OVERDUE - 1);
  expect(alarm.isOverdue).toBe(true);
  await alarm.wakeBy(NOW);
  expect(set).toEqual([NOW + OVERDUE]);
});

it("is none after it came or its storage is gone, whatever was read meanwhile", async () => {
  const { alarm, set } = alarmOver(NOW + 10);
  const loading = alarm.load();
  alarm.came(NOW);
  await loading;
  expect(alarm.at).toBeNull();
  await alarm.wakeBy(NOW + 20);
  alarm.clear();
  await alarm.wakeBy(NOW + 30);
  expect(set).toEqual([NOW + 20, NOW + 30]);
});
