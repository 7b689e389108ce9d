/** One run, or those of a sweep arm by arm, through the same sounds. */
import { join } from 'node:path'
import { Problem } from '../../../data/problem.js'
import { nameAmongRuns, runsOf } from '../consistency/runs.js'
import type { ClassifyOptions } from './classification.js'
import { armsText, classificationText } from './classification-text.js'
import type { Classified } from './classified.js'
import { classify } from './classify.js'
import { confusionOf, confusionText, writeErrors } from './confusion.js'
import { type PredictionWishes, writePredictionTables } from './predictions.js'
import { writeClassified, writePredictions } from './score-files.js'
import { type Suspicions, writeSuspects } from './suspect-tables.js'

interface Wishes extends Suspicions, PredictionWishes {
  /** JSON file of what is said about each labelled clip; of one run. */
  predictions?: string | undefined
}

/**
 * Writes `classification.json`, `scores.arrow`, `predictions.csv` and, of labelled clips, `errors.html` to `output`, and
 * tables of what is suspected in the labels if they are asked for; of a sweep into a folder a run.
 *
 * @returns what is said about it
 */
export async function classifyRuns(
  run: string,
  output: string,
  options: Omit<ClassifyOptions, 'run'>,
  { predictions, threshold, formats, ...suspicions }: Wishes = {},
): Promise<string> {
  const runs = runsOf(run)
  if (predictions !== undefined && runs.length > 1)
    throw new Problem('bad-option', `--predictions ${predictions}: ${run} holds ${runs.length} runs.`, {
      hint: 'Name one of them, or let the sweep judge them: evaluate: { ..., classifiers: [own] }.',
    })
  const measured = []
  for (const one of runs) {
    const classified = await classify({ ...options, run: one.path })
    const name = nameAmongRuns(one)
    const folder = name === undefined ? output : join(output, name)
    const files = writeClassified(folder, classified)
    const told = [
      ...confused(classified),
      ...(await writePredictionTables(folder, classified, { threshold, formats })),
      ...writeSuspects(folder, classified, suspicions),
    ]
    if (classified.classification.labelled > 0) files.push(await writeErrors(folder, classified))
    if (predictions !== undefined) writePredictions(predictions, classified)
    measured.push({ ...one, classification: classified.classification, files, told })
  }
  const [first] = measured
  if (measured.length === 1)
    return [
      classificationText(first!.classification),
      '',
      ...first!.told,
      `Written: ${first!.files.join(', ')}`,
      '',
    ].join('\n')
  return `${armsText(measured)}\nWritten: ${output}, a folder a run\n`
}

/** Of classes that exclude one another, and of clips that have one. */
function confused({ classification, classifier, said }: Classified): string[] {
  if (classification.labelled === 0 || classifier.outputs !== 'softmax') return []
  return [...confusionText(confusionOf({ said, classifier }), classifier.classes), '']
}
