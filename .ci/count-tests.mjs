// Prints "N passed, N failed" from vitest's JSON report; exit status 1 unless every test ran and passed.
// A skipped test and a file that could not even be loaded count as failed: here everything that tests need is installed.
import { readFileSync } from "node:fs";

function read(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    console.error("There is no test report: the tests did not run to their end.");
    return { numPassedTests: 0, testResults: [{ name: "test run", status: "failed", assertionResults: [] }] };
  }
}

const report = read(process.argv[2]);
let failed = 0;
for (const file of report.testResults) {
  const bad = file.assertionResults.filter((test) => test.status !== "passed");
  for (const test of bad) console.error(`  ${test.status}: ${test.fullName}`);
  if (bad.length === 0 && file.status !== "passed") console.error(`  failed to load: ${file.name}`);
  failed += bad.length === 0 && file.status !== "passed" ? 1 : bad.length;
}
console.log(`${report.numPassedTests} passed, ${failed} failed`);
process.exitCode = failed === 0 && report.numPassedTests > 0 ? 0 : 1;
