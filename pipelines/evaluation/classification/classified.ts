/** Apart from `classification.ts`, whose types the package gives away: these know TensorFlow's. */
import type { Prepared } from '../../../graphs/streams/prepare.js'
import type { Classification } from './classification.js'
import type { ClipScores } from './clip-scores.js'
import type { TrainedClassifier } from './trained-classifier.js'

/** A classification with all that the files need which are written from it. */
export interface Classified {
  classification: Classification
  said: ClipScores
  prepared: Prepared
  /** Label columns of the sounds. */
  columns: readonly string[]
  classifier: TrainedClassifier
  /** Writes the probabilities as an Arrow file by the contract of embeddings: a row a clip, a number a class. */
  writeArrow(file: string): void
}
