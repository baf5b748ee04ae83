import { EMPTY_SESSION, type Session } from "../../domain/sessions/session.ts";
import { openSession, packSession } from "../../domain/sessions/stored-session.ts";

const encoder = new TextEncoder();

function storedText(sql: SqlStorage): string | null {
  // Asking for a table that is not there would be an error, and making it would be a write: a crawler costs nothing.
  const tables = sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'session'").toArray();
  if (tables.length === 0) return null;
  return sql.exec<{ value: string }>("SELECT value FROM session").toArray()[0]?.value ?? null;
}

/** The one row of a session, and its copy in memory. The table is made with the first write. */
export class SessionStore {
  readonly #sql: SqlStorage;
  #session: Session;
  #bytes: number;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    const text = storedText(sql);
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

  /** Takes what the disk need not know yet: it is on it with the next write, and found out again where none comes. */
  remember(session: Session): void {
    this.#session = session;
  }

  /** Puts the session on the disk, then into memory. */
  write(session: Session): void {
    const text = packSession(session);
    if (!this.isStored) {
      this.#sql.exec("CREATE TABLE IF NOT EXISTS session (id INTEGER PRIMARY KEY CHECK (id = 1), value TEXT NOT NULL)");
    }
    this.#sql.exec("INSERT INTO session VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET value = excluded.value", text);
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
}
