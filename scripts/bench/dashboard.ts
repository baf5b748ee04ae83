import { startBrowser } from "../../test/browser/browser.ts";
import { fillShop } from "./dashboard/fill.ts";
import { measurePages, type Pages } from "./dashboard/pages.ts";
import { distinct } from "./dashboard/questions.ts";
import { measureReports, type Reports } from "./dashboard/reports.ts";
import { putKeys, signIn } from "./dashboard/sign-in.ts";
import { measureViewers, type ViewerFigures } from "./dashboard/viewers.ts";
import { type BenchRuntime, startBenchRuntime } from "./runtime.ts";

const DAYS = 90;
const VIEWERS = 50;
const OBJECTIVES = { first_paint_ms: 1_000, viewers_p95_ms: 1_000 } as const;
const THOROUGH = { rounds: 10, loads: 5, viewerRounds: 2, aloneSeconds: 20, viewedSeconds: 60 } as const;
const QUICK = { rounds: 5, loads: 3, viewerRounds: 1, aloneSeconds: 15, viewedSeconds: 30 } as const;
/** The same as of the ingest bench, whose load this is: else sessions would hold what no shopper sends in a minute. */
const CONFIRM_MILLISECONDS = 8_000;

/** What `bench dashboard` measured. */
export interface DashboardResult {
  readonly dashboard: {
    readonly days: number;
    readonly rows: Readonly<Record<string, number>>;
    readonly floor_p50_ms: number;
    readonly reports: Reports["figures"];
    readonly pages: Pages["figures"];
    readonly viewers: ViewerFigures;
    readonly objectives: typeof OBJECTIVES;
    readonly met: Readonly<Record<keyof typeof OBJECTIVES, boolean>>;
  };
}

async function loadPages(runtime: BenchRuntime, cookie: string, loads: number): Promise<Pages> {
  const browser = await startBrowser();
  try {
    return await measurePages(browser, runtime.url, cookie, loads);
  } finally {
    await browser.close();
  }
}

/** The dashboard of a shop with 90 days of counters: its reports, its page in a browser, and many who look at once. */
export async function benchDashboard(quick: boolean): Promise<DashboardResult> {
  const { rounds, loads, viewerRounds, ...seconds } = quick ? QUICK : THOROUGH;
  const runtime = await startBenchRuntime({
    main: "scripts/bench/dashboard/worker.ts",
    variables: { SESSION_CONFIRM_MILLISECONDS: String(CONFIRM_MILLISECONDS) },
  });
  try {
    await putKeys(runtime, VIEWERS);
    const rows = await fillShop(await runtime.miniflare.getD1Database("DB"), DAYS, Date.now());
    const cookies = await Promise.all(Array.from({ length: VIEWERS }, (_, n) => signIn(runtime.url, n)));
    const [cookie = ""] = cookies;
    const pages = await loadPages(runtime, cookie, loads);
    const asked = distinct(Object.values(pages.questions).flat());
    const reports = await measureReports(runtime.url, cookie, asked, rounds);
    const polls = [pages.questions["sales 24h"], pages.questions["sales 90d"]];
    const viewers = await measureViewers(runtime.url, { cookies, polls, rounds: viewerRounds, ...seconds });
    const paints = Object.values(pages.figures).map(({ first_paint_ms }) => first_paint_ms);
    return {
      dashboard: {
        days: DAYS,
        rows,
        floor_p50_ms: reports.floor_p50_ms,
        reports: reports.figures,
        pages: pages.figures,
        viewers,
        objectives: OBJECTIVES,
        met: {
          first_paint_ms: Math.max(...paints) <= OBJECTIVES.first_paint_ms,
          viewers_p95_ms: viewers.failed === 0 && viewers.p95_ms <= OBJECTIVES.viewers_p95_ms,
        },
      },
    };
  } finally {
    await runtime.close();
  }
}
