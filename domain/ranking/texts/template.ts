import type { TextParameter } from "./keys.ts";

/** A text with the value of its parameter in it. */
export type Template = (value: string) => string;

/**
 * What is wrong with a text, as a sentence; null when nothing is.
 * @param parameter the one that the text may name, as `{item}`; it need not
 */
export function faultOf(text: string, parameter: TextParameter | null): string | null {
  const may = parameter === null ? "it can insert nothing" : `it can insert {${parameter}} and nothing else`;
  const unknown = text.match(/\{[^{}]*\}/g)?.find((placeholder) => placeholder !== `{${parameter}}`);
  if (unknown !== undefined) return `has the unknown placeholder ${unknown}: ${may}`;
  return /[{}]/.test(text.replaceAll(/\{[^{}]*\}/g, "")) ? `has a brace without its other half: ${may}` : null;
}

/** Cuts a text at its parameter once, so that inserting a value only joins. */
export function compile(text: string, parameter: TextParameter | null): Template {
  const parts = parameter === null ? [text] : text.split(`{${parameter}}`);
  if (parts.length === 1) return () => text;
  return (value) => parts.join(value);
}
