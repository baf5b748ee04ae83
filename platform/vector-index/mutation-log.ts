import { z } from "zod";

/** What a mutation does to each of its ids. */
export type MutationKind = "insert" | "upsert" | "delete";

/** A write that was accepted and is not visible yet. */
export interface PendingMutation {
  readonly id: string;
  readonly kind: MutationKind;
  /** `namespace` and `values` matter to `insert` and `upsert` only. */
  readonly changes: readonly { readonly id: string; readonly namespace: string; readonly values?: Float32Array }[];
}

const targetsSchema = z.array(z.tuple([z.string(), z.string()]));
const kindSchema = z.enum(["insert", "upsert", "delete"]);

/**
 * Accepted mutations in order, one packed row each, until they become visible: what makes the stand-in's writes
 * asynchronous, as Vectorize's are, and still durable.
 */
export class MutationLog {
  readonly #sql: SqlStorage;
  readonly #dimensions: number;

  constructor(sql: SqlStorage, dimensions: number) {
    this.#sql = sql;
    this.#dimensions = dimensions;
    sql.exec(`CREATE TABLE IF NOT EXISTS mutations (
      sequence INTEGER PRIMARY KEY AUTOINCREMENT, mutation_id TEXT NOT NULL, kind TEXT NOT NULL,
      visible_at INTEGER NOT NULL, targets TEXT NOT NULL, vectors BLOB NOT NULL)`);
    sql.exec(
      "CREATE TABLE IF NOT EXISTS processed (one INTEGER PRIMARY KEY CHECK (one = 1), mutation_id TEXT NOT NULL)",
    );
  }

  /** Id of the newest visible mutation, empty before the first. */
  get processed(): string {
    return this.#sql.exec<{ mutation_id: string }>("SELECT mutation_id FROM processed").toArray()[0]?.mutation_id ?? "";
  }

  /** Accepts a mutation. @param visibleAt milliseconds since 1970 UTC */
  append({ id, kind, changes }: PendingMutation, visibleAt: number): void {
    const vectors = new Float32Array(kind === "delete" ? 0 : changes.length * this.#dimensions);
    changes.forEach(({ values }, place) => {
      if (values !== undefined) vectors.set(values, place * this.#dimensions);
    });
    this.#sql.exec(
      "INSERT INTO mutations (mutation_id, kind, visible_at, targets, vectors) VALUES (?, ?, ?, ?, ?)",
      id,
      kind,
      visibleAt,
      JSON.stringify(changes.map((change) => [change.id, change.namespace])),
      vectors.buffer,
    );
  }

  /** The oldest mutation if its time has come. */
  nextVisible(now: number): PendingMutation | undefined {
    const [row] = this.#sql
      .exec<{ mutation_id: string; kind: string; visible_at: number; targets: string; vectors: ArrayBuffer }>(
        "SELECT mutation_id, kind, visible_at, targets, vectors FROM mutations ORDER BY sequence LIMIT 1",
      )
      .toArray();
    if (row === undefined || row.visible_at > now) return undefined;
    const vectors = new Float32Array(row.vectors);
    const kind = kindSchema.parse(row.kind);
    const changes = targetsSchema.parse(JSON.parse(row.targets)).map(([id, namespace], place) => {
      const start = place * this.#dimensions;
      return {
        id,
        namespace,
        ...(kind === "delete" ? {} : { values: vectors.subarray(start, start + this.#dimensions) }),
      };
    });
    return { id: row.mutation_id, kind, changes };
  }

  /** Marks the oldest mutation as visible and forgets it. */
  markVisible(id: string): void {
    this.#sql.exec("DELETE FROM mutations WHERE mutation_id = ?", id);
    this.#sql.exec("INSERT OR REPLACE INTO processed VALUES (1, ?)", id);
  }
}
