import { existsSync } from "node:fs";

import { type Browser, chromium } from "playwright-core";

const INSTALLED = "/usr/bin/chromium";

/** Starts the system's Chromium if there is one, else the one that comes from npm. */
export async function startBrowser(): Promise<Browser> {
  if (existsSync(INSTALLED)) return chromium.launch({ executablePath: INSTALLED, args: ["--no-sandbox"] });
  const { default: packaged } = await import("@sparticuz/chromium");
  return chromium.launch({ executablePath: await packaged.executablePath(), args: packaged.args });
}
