import { describe } from "vitest";

import { TEST_SERVERS } from "../../support/databases.ts";
import { sequencesEndEqual } from "./sequences.ts";

// A file for each database: they run side by side.
describe("any sequence of changes, outages and deaths, read from MariaDB", () =>
  sequencesEndEqual(TEST_SERVERS[0], 150));
