import { z } from "zod";

import { ALARM_OVERDUE_MILLISECONDS } from "../../domain/ledger/limits.ts";
import { SESSION_CONFIRM_MAX_MILLISECONDS, SESSION_CONFIRM_MILLISECONDS } from "../../domain/sessions/session.ts";

/** What of a session a deployment's variables may change; tests shorten it. */
export const sessionSettingsSchema = z.object({
  SESSION_CONFIRM_MILLISECONDS: z.coerce
    .number()
    .positive()
    .max(SESSION_CONFIRM_MAX_MILLISECONDS)
    .default(SESSION_CONFIRM_MILLISECONDS),
  ALARM_OVERDUE_MILLISECONDS: z.coerce.number().positive().default(ALARM_OVERDUE_MILLISECONDS),
});
