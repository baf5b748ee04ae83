const told = new Set<string>();

/** Tells the page's author something, once however often it happens. */
export function warn(text: string): void {
  if (told.has(text)) return;
  told.add(text);
  // oxlint-disable-next-line no-console -- the page's author reads it there
  console.warn(`endcap: ${text}`);
}

/** The same function, which answers `otherwise` and tells the console where it would throw. */
export function guarded<Input extends unknown[], Output>(
  call: (...input: Input) => Output,
  otherwise: Output,
): (...input: Input) => Output {
  return (...input) => {
    try {
      return call(...input);
    } catch (error) {
      warn(String(error));
      return otherwise;
    }
  };
}
