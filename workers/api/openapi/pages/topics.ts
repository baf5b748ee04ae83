/** Pages of the guide: `docs/api/<name>.md` each, which is their one source. */
export const TOPICS = [
  { name: "errors", title: "Errors" },
  { name: "pagination", title: "Pagination" },
  { name: "idempotency", title: "Idempotency" },
  { name: "limits", title: "Limits" },
  { name: "versioning", title: "Versioning" },
  { name: "deprecation", title: "Deprecation" },
] as const;
