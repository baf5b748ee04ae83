/** Why an hour stays as it is: something that trying again at once would not mend. */
export class CompactionRefusal extends Error {
  override readonly name = "CompactionRefusal";
}
