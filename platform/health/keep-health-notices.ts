import { degradedSentence, judgeAnswers } from "../../domain/analytics/freshness-degraded.ts";
import type { LastAnswers } from "../d1/analytics/freshness-answers.ts";
import { closeNotice, openNotice } from "../d1/notice-store.ts";
import type { Flows } from "./read-flows.ts";

/** The subject of notices about answers. */
const ANSWERS_SUBJECT = "answers";

/** Opens a notice for each flow that is late, and closes those of flows that are not. What is unknown changes nothing. */
export async function keepFreshnessNotices(db: D1Database, { flows, announcementId }: Flows, now: Date): Promise<void> {
  for (const { flow, met, expected, message } of flows) {
    if (met === true) await closeNotice(db, "freshness_breach", flow, now);
    if (met === false) {
      const explained = expected ? announcementId : null;
      await openNotice(db, { kind: "freshness_breach", subject: flow, message, announcementId: explained }, now);
    }
  }
}

/** Opens a notice while too many answers are degraded. Too few answers change nothing. */
export async function keepAnswerNotice(
  db: D1Database,
  { hour, reasons }: LastAnswers,
  objectiveShare: number,
  now: Date,
): Promise<void> {
  const judged = judgeAnswers(hour, objectiveShare);
  if (judged === "met") await closeNotice(db, "degraded_answers", ANSWERS_SUBJECT, now);
  if (judged !== "breached") return;
  const message = degradedSentence(hour, objectiveShare, reasons);
  await openNotice(db, { kind: "degraded_answers", subject: ANSWERS_SUBJECT, message, announcementId: null }, now);
}
