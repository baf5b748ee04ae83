/** Draws `count` of the values, each at most once. @param random numbers in [0, 1) */
export function drawSome<Value>(values: readonly Value[], count: number, random: () => number): Value[] {
  const left = [...values];
  const drawn = Math.min(count, left.length);
  for (let place = 0; place < drawn; place++) {
    const other = place + Math.floor(random() * (left.length - place));
    const [one, two] = [left[place], left[other]];
    if (one === undefined || two === undefined) continue;
    left[place] = two;
    left[other] = one;
  }
  return left.slice(0, drawn);
}
