/** What a classifier says, clip by clip: a table, and annotations that Raven and Audacity open. */
import { join } from 'node:path'
import type { Annotation, AnnotationFormat } from '../../../data/annotations/annotation.js'
import { writeAnnotations, writeAnnotationTable } from '../../../data/annotations/write-annotations.js'
import { secondsOf } from '../../../graphs/streams/prepare.js'
import { textTable } from '../../terminal/text-table.js'
import type { Classified } from './classified.js'

type Said = Pick<Classified, 'said' | 'prepared' | 'classifier'>

/** Where a class counts as said, if nothing else is asked for: always the likeliest of one, every second of several. */
const usualThreshold = (outputs: 'softmax' | 'sigmoid') => (outputs === 'softmax' ? 0 : 0.5)

/** Rows that are shown; all stand in the table. */
const SHOWN = 12

/**
 * A row a clip and class that is said: of classes that exclude one another the likeliest, of others all, with a
 * probability of the threshold at least. `known` is what the clip's label column says.
 */
export function predictionsOf(
  { said, prepared, classifier }: Said,
  threshold = usualThreshold(classifier.outputs),
): Annotation[] {
  const { classes, size, outputs, column } = classifier
  const seconds = secondsOf(prepared)
  return prepared.clips.flatMap(({ path, start = 0, labels }, clip) => {
    const scores = Array.from(said.scores.values.subarray(clip * size, (clip + 1) * size))
    const best = Math.max(...scores)
    return scores.flatMap((score, at) =>
      score >= threshold && (outputs === 'sigmoid' || at === scores.indexOf(best))
        ? [
            {
              ...{ path, start, end: Number((start + seconds[clip]!).toFixed(6)), label: classes[at]! },
              more: { score: Number(score.toFixed(4)), known: labels[column] ?? '' },
            },
          ]
        : [],
    )
  })
}

export interface PredictionWishes {
  threshold?: number | undefined
  /** Further formats, each in a folder of its name. */
  formats?: readonly AnnotationFormat[] | undefined
}

/** `predictions.csv` and the annotations asked for, in a folder. @returns what is said of them */
export async function writePredictionTables(
  folder: string,
  classified: Said,
  { threshold, formats = [] }: PredictionWishes,
): Promise<string[]> {
  const predictions = predictionsOf(classified, threshold)
  const table = join(folder, 'predictions.csv')
  writeAnnotationTable(table, predictions)
  const told = [`${table}: ${predictions.length} rows of file, start, end, label and score`]
  return [...shownPredictions(predictions), ...told, ...(await writeAnnotations(folder, predictions, formats))]
}

/** The surest. */
function shownPredictions(predictions: readonly Annotation[]): string[] {
  const surest = predictions.toSorted((a, b) => Number(b.more!.score) - Number(a.more!.score)).slice(0, SHOWN)
  if (surest.length === 0) return ['No class reaches the threshold.']
  const judged = predictions.some(({ more }) => more!.known !== '')
  const rows = surest.map(({ path, start, end, label, more }) => [
    ...[label, String(more!.score), start.toFixed(2), end.toFixed(2), path],
    ...(judged ? [String(more!.known)] : []),
  ])
  const head = ['class', 'score', 'start', 'end', 'recording', ...(judged ? ['known'] : [])]
  return [`The surest of ${predictions.length}:`, ...textTable([head, ...rows], { ruled: true, right: [1, 2, 3] }), '']
}
