/** The value under a key: the one that is there, or one that is made and kept. */
export function foundOrMade<Key, Value>(values: Map<Key, Value>, key: Key, make: () => Value): Value {
  const present = values.get(key);
  if (present !== undefined) return present;
  const made = make();
  values.set(key, made);
  return made;
}
