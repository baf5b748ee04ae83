import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that take half a minute and more. One of them begun last would leave one core with nothing to do until it ends. */
const LONGEST: readonly string[] = [
  "test/sync/property/postgres.test.ts",
  "test/sync/property/mysql.test.ts",
  "test/browser/dashboard-views.test.ts",
  "test/browser/dashboard-in-use.test.ts",
  "test/sync/http-source/sequences.test.ts",
  "test/sync/trouble/breaks.test.ts",
  "test/shop/looks.test.ts",
  "test/shop/shopping.test.ts",
  "test/circle/circle.test.ts",
  "test/models/shadow.test.ts",
  "test/sync/format/postgres.test.ts",
  "test/models/lifecycle-load.test.ts",
  "test/browser/dashboard-looks.test.ts",
  "test/browser/live-dashboard.test.ts",
  "test/soak/soak.test.ts",
  "test/sync/format/mysql.test.ts",
  "test/sync/trouble/data.test.ts",
  "test/scripts/start.test.ts",
  "test/erasure/erasure.test.ts",
  "test/api/model-lifecycle.test.ts",
  "test/api/live-items.test.ts",
  "test/models/new-folders.test.ts",
  "test/sync/http-source/trouble.test.ts",
  "test/durable-objects/session-rows.test.ts",
  "test/sync/trouble/killed.test.ts",
  "test/erasure/lake.test.ts",
];

/** The longest files first, the others as vitest would have them. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const place = LONGEST.findIndex((file) => moduleId.endsWith(file));
      return place === -1 ? LONGEST.length : place;
    };
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other));
  }
}

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Each file may start its own workerd and database: two at a time is what two cores carry.
    maxWorkers: 2,
    // A limit against what hangs, far above what a busy machine needs.
    testTimeout: 90_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
    sequence: { sequencer: LongestFirst },
  },
});
