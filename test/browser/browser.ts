import { existsSync } from "node:fs";

import { type Browser, chromium } from "playwright-core";

const INSTALLED = "/usr/bin/chromium";

/**
 * Starts the system's Chromium if there is one, else the one that comes from npm. That one's own arguments are left
 * out: they are for a function that draws one page, and put everything into one process, which ends with its first
 * context; they switch off what keeps origins apart as well.
 */
export async function startBrowser(): Promise<Browser> {
  if (existsSync(INSTALLED)) return chromium.launch({ executablePath: INSTALLED, args: ["--no-sandbox"] });
  const { default: packaged } = await import("@sparticuz/chromium");
  return chromium.launch({ executablePath: await packaged.executablePath(), args: ["--no-sandbox"] });
}
