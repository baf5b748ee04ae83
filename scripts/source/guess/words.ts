import { GLUED_WORDS, MEANINGS } from "./vocabulary.ts";

/** Shorter words are left whole: they would fall apart into anything. */
const GLUED_MIN_LENGTH = 5;

const KNOWN: ReadonlySet<string> = new Set([...GLUED_WORDS, ...Object.keys(MEANINGS)]);

function singular(word: string): string {
  if (KNOWN.has(word) || word.length < 4) return word;
  if (word.endsWith("ies")) return `${word.slice(0, -3)}y`;
  if (/(?:ch|sh|x|ss|zz|tus)es$/.test(word)) return word.slice(0, -2);
  return word.endsWith("s") && !/(?:ss|us|is)$/.test(word) ? word.slice(0, -1) : word;
}

/** The fewest known words that make up a word (`orderdetail` → `order`, `detail`); the word itself where none do. */
function unglued(word: string): readonly string[] {
  if (word.length < GLUED_MIN_LENGTH || KNOWN.has(word)) return [word];
  const best: (readonly string[] | null)[] = [[]];
  for (let end = 1; end <= word.length; end++) {
    let shortest: readonly string[] | null = null;
    for (let start = 0; start < end; start++) {
      const before = best[start] ?? null;
      const part = word.slice(start, end);
      if (before === null || !KNOWN.has(part)) continue;
      if (shortest === null || before.length + 1 < shortest.length) shortest = [...before, part];
    }
    best.push(shortest);
  }
  return best[word.length] ?? [word];
}

/** A name's parts as written: `productCode`, `product_code` and `PRODUCT_CODE` are the same two. */
function partsOf(name: string): string[] {
  return name
    .normalize("NFKD")
    .replaceAll(/\p{Mark}/gu, "")
    .replaceAll("ß", "ss")
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replaceAll(/([A-Z])([A-Z][a-z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((part) => part !== "");
}

/** What a name says, in the words of the rules: singular, abbreviations written out, glued words apart. */
export function wordsOf(name: string): readonly string[] {
  return partsOf(name)
    .flatMap((part) => unglued(singular(part)))
    .flatMap((word) => (MEANINGS[word] ?? word).split(" "))
    .filter((word, place, all) => word !== all[place - 1]);
}
