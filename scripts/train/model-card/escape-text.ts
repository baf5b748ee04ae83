const XML_ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** Text for XML content and attributes; characters that XML does not allow at all are left out. */
export function escapeXml(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are the ones that XML 1.0 forbids
  const allowed = text.toWellFormed().replaceAll(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, "");
  return allowed.replaceAll(/[&<>"']/g, (character) => XML_ENTITIES[character] ?? "");
}

/** Text for a line or a table's cell of Markdown, so that it is read as it is. */
export function escapeMarkdown(text: string): string {
  return text
    .replaceAll(/\s+/g, " ")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(/[\\`*_{}[\]|~]/g, String.raw`\$&`);
}

/** A block of code, fenced by more backticks than it has in a row. */
export function codeBlock(code: string, language: string): string {
  const longest = Math.max(2, ...[...code.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${code}\n${fence}`;
}
