import { describe } from "vitest";

import { TEST_SERVERS } from "../../support/databases.ts";
import { followsEachChange } from "./follows-each-change.ts";

// A file for each database: they run side by side.
describe("a change of format in PostgreSQL", () => followsEachChange(TEST_SERVERS[1]));
