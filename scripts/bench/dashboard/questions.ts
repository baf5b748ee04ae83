import type { Page } from "playwright-core";

const REPORTS_PATH = "/v1/analytics/";
/** `2026-11-21T10`: a range's ends are full hours. */
const HOUR_LENGTH = 13;

/** A question that the page asked the API. */
export interface Question {
  /** Path and query. */
  readonly path: string;
  /** 0 for what is asked at once; 1 for what could only be asked when all of that was answered. */
  readonly wave: 0 | 1;
}

/** Keeps what a page asks from now on: whatever the page's code asks is what is measured. */
export function recordQuestions(page: Page): Question[] {
  const asked: Question[] = [];
  let isAnswered = false;
  page.on("request", (request) => {
    const { pathname, search } = new URL(request.url());
    if (pathname.startsWith(REPORTS_PATH)) asked.push({ path: pathname + search, wave: isAnswered ? 1 : 0 });
  });
  page.on("response", (response) => {
    if (new URL(response.url()).pathname.startsWith(REPORTS_PATH)) isAnswered = true;
  });
  return asked;
}

/** A question in few words: `sales 90d day by line`. What all have in common (time zone, rows of a page) is left out. */
export function nameOf({ path }: Question): string {
  const { pathname, searchParams } = new URL(path, "http://bench");
  const value = (name: string): string | null => searchParams.get(name);
  const [from, to] = [value("from"), value("to")].map((time) => time?.slice(0, HOUR_LENGTH));
  const dimension = value("group_by");
  return [
    pathname.slice(REPORTS_PATH.length),
    value("period"),
    from === undefined ? null : `${from} to ${to}`,
    value("interval"),
    dimension === null ? null : `by ${dimension}`,
  ]
    .filter((part) => part !== null)
    .join(" ");
}

/** Questions of several views, each once. */
export function distinct(questions: readonly Question[]): Question[] {
  return [...new Map(questions.map((question) => [question.path, question])).values()];
}
