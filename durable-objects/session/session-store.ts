import { EMPTY_SESSION, type Session } from "../../domain/sessions/session.ts";
import { openSession, packSession } from "../../domain/sessions/stored-session.ts";

const encoder = new TextEncoder();

/** The table of the session's row, and the empty one whose being there says that the shopper was erased. */
const SESSION_TABLE = "session";
const ERASED_TABLE = "erased";

function storedTables(sql: SqlStorage): Set<string> {
  // Asking for a table that is not there would be an error, and making it would be a write: a crawler costs nothing.
  const tables = sql.exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'").toArray();
  return new Set(tables.map(({ name }) => name));
}

/**
 * The one row of a session, and its copy in memory. The table is made with the first write. Of a shopper who was erased
 * it keeps nothing, whoever writes: a call that was on its way when they were must not bring anything back.
 */
export class SessionStore {
  readonly #sql: SqlStorage;
  #session: Session;
  #bytes: number;
  #isErased: boolean;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    const tables = storedTables(sql);
    this.#isErased = tables.has(ERASED_TABLE);
    const text = tables.has(SESSION_TABLE)
      ? (sql.exec<{ value: string }>(`SELECT value FROM ${SESSION_TABLE}`).toArray()[0]?.value ?? null)
      : null;
    this.#session = text === null ? EMPTY_SESSION : openSession(text);
    this.#bytes = text === null ? 0 : encoder.encode(text).byteLength;
  }

  get session(): Session {
    return this.#session;
  }

  /** Size of the stored row, 0 while there is none. */
  get bytes(): number {
    return this.#bytes;
  }

  get isStored(): boolean {
    return this.#bytes > 0;
  }

  /** True for a shopper who was erased: nothing is kept of them any more. */
  get isErased(): boolean {
    return this.#isErased;
  }

  /** Takes what the disk need not know yet: it is on it with the next write, and found out again where none comes. */
  remember(session: Session): void {
    if (this.#isErased) return;
    this.#session = session;
  }

  /** Puts the session on the disk, then into memory. */
  write(session: Session): void {
    if (this.#isErased) return;
    const text = packSession(session);
    if (!this.isStored) {
      this.#sql.exec(
        `CREATE TABLE IF NOT EXISTS ${SESSION_TABLE} (id INTEGER PRIMARY KEY CHECK (id = 1), value TEXT NOT NULL)`,
      );
    }
    this.#sql.exec(
      `INSERT INTO ${SESSION_TABLE} VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET value = excluded.value`,
      text,
    );
    this.#session = session;
    this.#bytes = encoder.encode(text).byteLength;
  }

  /**
   * Takes what can be had again from elsewhere: written when there is a row anyway, else kept in memory until the
   * shopper does something worth a row.
   */
  hold(session: Session): void {
    if (this.isStored) this.write(session);
    else this.remember(session);
  }

  /** The storage has been emptied: nothing is known any more. */
  forget(): void {
    this.#session = EMPTY_SESSION;
    this.#bytes = 0;
  }

  /** The storage has been emptied for good. What stays is that it was, and nothing of the shopper. */
  forgetForGood(): void {
    this.forget();
    this.#sql.exec(`CREATE TABLE IF NOT EXISTS ${ERASED_TABLE} (id INTEGER PRIMARY KEY)`);
    this.#isErased = true;
  }
}
