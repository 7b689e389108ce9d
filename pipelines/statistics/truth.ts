/** What clips are, as a classifier learns it: one class each, or any number of classes. */
export interface Truth {
  /** How many classes there are; not all need occur. */
  classes: number
  /** Class numbers of each clip. */
  sets: readonly (readonly number[])[]
  /** One class a clip, so that classes compete; otherwise each class is a question of its own. */
  exclusive: boolean
}

/** One class a clip. */
export const truthOfLabels = (labels: ArrayLike<number>, classes: number): Truth => ({
  classes,
  sets: Array.from(labels, label => [label]),
  exclusive: true,
})

/** The truth of some clips, in that order. */
export const truthOfRows = (truth: Truth, rows: readonly number[]): Truth => ({
  ...truth,
  sets: rows.map(row => truth.sets[row]!),
})
