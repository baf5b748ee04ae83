/**
 * Cuts a batch into turns that are worked through one after the other. A batch may bring sixty thousand events; handed
 * on all at once they would be in memory several times over, and where the runtime has one thread for everything, no
 * request would be let in meanwhile.
 * @param weightOf what a message weighs, at least nothing
 * @param full a turn takes no further message from this weight on
 */
export function turnsOf<Message>(
  messages: readonly Message[],
  weightOf: (message: Message) => number,
  full: number,
): Message[][] {
  const turns: Message[][] = [];
  let weight = full;
  for (const message of messages) {
    if (weight >= full) {
      turns.push([]);
      weight = 0;
    }
    turns.at(-1)?.push(message);
    weight += weightOf(message);
  }
  return turns;
}
