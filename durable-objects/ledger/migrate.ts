import { hash64 } from "../../domain/hash.ts";

/**
 * Brings an object's tables to the newest version.
 * @param migrations append-only: each runs once, in order
 * @throws Error when a migration that has run is not what it was, or is gone: code and storage do not belong together
 */
export function migrate(storage: DurableObjectStorage, migrations: readonly string[]): void {
  storage.transactionSync(() => {
    storage.sql.exec(
      "CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL) WITHOUT ROWID",
    );
    const past = storage.sql
      .exec<{ number: number; fingerprint: string }>("SELECT number, fingerprint FROM migrations ORDER BY number")
      .toArray();
    past.forEach(({ number, fingerprint }, position) => {
      const migration = migrations[position];
      if (number !== position || migration === undefined || hash64(migration) !== fingerprint) {
        throw new Error(`Migration ${number} has run here in another form. Migrations are append-only: restore it.`);
      }
    });
    migrations.slice(past.length).forEach((migration, position) => {
      storage.sql.exec(migration);
      storage.sql.exec("INSERT INTO migrations VALUES (?, ?)", past.length + position, hash64(migration));
    });
  });
}
