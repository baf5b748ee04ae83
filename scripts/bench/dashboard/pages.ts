import { setTimeout as sleep } from "node:timers/promises";

import type { Browser, Page } from "playwright-core";
import { z } from "zod";

import { startStep } from "../../terminal/progress.ts";
import { median } from "../load.ts";
import { distinct, type Question, recordQuestions } from "./questions.ts";

/** Longer than an isolate gives an answer again: every load finds nothing computed. */
export const COLD_AFTER_MILLISECONDS = 5_500;
const LOAD_DEADLINE_MILLISECONDS = 60_000;

/** Views by the part of the address that names them. */
const VIEWS = {
  "sales 24h": "#sales",
  "sales 90d": "#sales?range=90d",
  "recommendations 24h": "#recommendations",
  "recommendations 90d": "#recommendations?range=90d",
  spikes: "#spikes",
  pipelines: "#pipelines",
} as const;
export type View = keyof typeof VIEWS;

/**
 * Runs in the page before its own scripts, and tells by an attribute when all is marked: the page's content policy
 * lets nobody evaluate a condition in it. A chart's canvas is drawn in the turn in which it is put there: the next
 * frame shows it.
 */
const WATCH = `{
  const marks = (globalThis.benchMarks = { paint: null, chart: null, figures: null });
  const tell = () => {
    if (marks.paint !== null && marks.figures !== null) document.documentElement.dataset.benchMarked = "";
  };
  const mark = (name) => requestAnimationFrame(() => { marks[name] ??= performance.now(); tell(); });
  new PerformanceObserver((list) => {
    for (const { name, startTime } of list.getEntries()) if (name === "first-contentful-paint") marks.paint = startTime;
    tell();
  }).observe({ type: "paint", buffered: true });
  new MutationObserver(() => {
    if (document.querySelector(".chart canvas") !== null) mark("chart");
    if (document.querySelector("#panels[aria-busy=false]") !== null) mark("figures");
  }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["aria-busy"] });
}`;
const marksSchema = z.object({ paint: z.number(), chart: z.number().nullable(), figures: z.number() });
type Marks = z.infer<typeof marksSchema>;

/** Medians, in milliseconds since the address was entered; `chart` is null for a view without any. */
export interface PageFigures {
  readonly first_paint_ms: number;
  readonly first_chart_ms: number | null;
  readonly figures_ms: number;
}

/** What loading the page came to, and what it asked. */
export interface Pages {
  readonly figures: Readonly<Record<View, PageFigures>>;
  readonly questions: Readonly<Record<View, readonly Question[]>>;
}

async function marksOf(page: Page, url: string, hash: string): Promise<Marks> {
  await page.addInitScript({ content: WATCH });
  await page.goto(`${url}/dashboard/${hash}`);
  await page.locator("html[data-bench-marked]").waitFor({ state: "attached", timeout: LOAD_DEADLINE_MILLISECONDS });
  return marksSchema.parse(await page.evaluate("benchMarks"));
}

/** Loads the page as somebody who is signed in and was never here: in a context of its own, with an empty cache. */
async function load(
  browser: Browser,
  url: string,
  cookie: string,
  view: View,
): Promise<{ marks: Marks; questions: Question[] }> {
  const context = await browser.newContext({ locale: "en-GB", timezoneId: "Europe/Amsterdam" });
  try {
    const [name = "", value = ""] = cookie.split("=");
    await context.addCookies([{ name, value, url: `${url}/v1`, httpOnly: true, sameSite: "Strict" }]);
    const page = await context.newPage();
    const questions = recordQuestions(page);
    return { marks: await marksOf(page, url, VIEWS[view]), questions };
  } finally {
    await context.close();
  }
}

function figuresOf(loads: readonly Marks[]): PageFigures {
  const of = (times: readonly number[]): number => Math.round(median(times));
  const charts = loads.map(({ chart }) => chart).filter((time) => time !== null);
  return {
    first_paint_ms: of(loads.map(({ paint }) => paint)),
    first_chart_ms: charts.length === 0 ? null : of(charts),
    figures_ms: of(loads.map(({ figures }) => figures)),
  };
}

/** Loads every view `loads` times, in turns; before that the browser itself is warmed by one load that does not count. */
export async function measurePages(browser: Browser, url: string, cookie: string, loads: number): Promise<Pages> {
  const views = Object.keys(VIEWS) as View[];
  const step = startStep("Loading the page");
  const marks = Object.fromEntries(views.map((view) => [view, []])) as unknown as Record<View, Marks[]>;
  const questions: Partial<Record<View, readonly Question[]>> = {};
  await load(browser, url, cookie, "pipelines");
  for (let turn = 0; turn < loads; turn++) {
    for (const [place, view] of views.entries()) {
      await sleep(COLD_AFTER_MILLISECONDS);
      const loaded = await load(browser, url, cookie, view);
      questions[view] = distinct(loaded.questions);
      marks[view].push(loaded.marks);
      step.update(turn * views.length + place + 1, loads * views.length, view);
    }
  }
  step.done();
  return {
    figures: Object.fromEntries(views.map((view) => [view, figuresOf(marks[view])])) as Pages["figures"],
    questions: questions as Pages["questions"],
  };
}
