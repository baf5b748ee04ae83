import { isMoment, type Phase, type ToldNotice } from "./outbox.ts";

/** `notice.happened`: it is over as it is told, and nobody had been told that it began. */
export type MessageType = "notice.opened" | "notice.closed" | "notice.happened" | "test";

/** What a message tells. Times are milliseconds since 1970 UTC. */
export interface Message {
  /** Stays the same over all attempts, so that a receiver can tell a repetition. Holds no dot: it is signed. */
  readonly id: string;
  readonly type: MessageType;
  /** When what it tells happened. */
  readonly at: number;
  /** Null for a test. */
  readonly noticeId: number | null;
  readonly kind: string;
  readonly subject: string;
  readonly sentence: string;
  readonly openedAt: number;
  readonly closedAt: number | null;
  readonly shop: string;
}

/** Sent to show that messages arrive. */
export const TEST_KIND = "test";

function typeOf(notice: ToldNotice, phase: Phase, beginningWasTold: boolean): Exclude<MessageType, "test"> {
  if (notice.closedAt === null) return "notice.opened";
  return phase === "closed" && beginningWasTold ? "notice.closed" : "notice.happened";
}

/**
 * The message about a notice as it is now.
 * @param beginningWasTold whether a message that it began was taken
 */
export function messageAbout(notice: ToldNotice, phase: Phase, beginningWasTold: boolean, shop: string): Message {
  const type = typeOf(notice, phase, beginningWasTold);
  return {
    // Its time makes it another id where another deployment has a notice of the same number. A message that began as
    // one type and is sent as another is another message: a receiver that took the first must not drop the second.
    id: `notice_${notice.id}_${notice.openedAt}_${type.replace("notice.", "")}`,
    type,
    at: notice.closedAt ?? notice.openedAt,
    noticeId: notice.id,
    kind: notice.kind,
    subject: notice.subject,
    sentence: notice.message,
    openedAt: notice.openedAt,
    closedAt: notice.closedAt,
    shop,
  };
}

/** A message that says that messages arrive. @param id unique among all tests */
export function testMessage(id: string, target: string, shop: string, now: number): Message {
  return {
    id: `test_${id}`,
    type: "test",
    at: now,
    noticeId: null,
    kind: TEST_KIND,
    subject: target,
    sentence: "This is a test: messages arrive. Nothing is wrong and nothing is to be done.",
    openedAt: now,
    closedAt: now,
    shop,
  };
}

/** True for what has no duration to speak of. */
export function isInstant({ openedAt, closedAt }: Message): boolean {
  return isMoment({ openedAt, closedAt });
}
