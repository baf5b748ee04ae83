import { describe } from "vitest";

import { TEST_SERVERS } from "../../support/databases.ts";
import { sequencesEndEqual } from "./sequences.ts";

// A file for each database: they run side by side.
describe("any sequence of changes, outages and deaths, read from PostgreSQL", () =>
  sequencesEndEqual(TEST_SERVERS[1], 500));
