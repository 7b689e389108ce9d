/** One run, or those of a sweep arm by arm, through the same sounds. */
import { join } from 'node:path'
import { runsOf } from '../consistency/runs.js'
import { armsText, classificationText } from './classification-text.js'
import { type ClassifyOptions, classify } from './classify.js'
import { writeClassified } from './score-files.js'
import { type Suspicions, writeSuspects } from './suspect-tables.js'

/**
 * Writes `classification.json` and `scores.arrow` to `output`, and tables of what is suspected in the labels if they are
 * asked for; of a sweep into a folder a run.
 *
 * @returns what is said about it
 */
export async function classifyRuns(
  run: string,
  output: string,
  options: Omit<ClassifyOptions, 'run'>,
  suspicions: Suspicions = {},
): Promise<string> {
  const runs = runsOf(run)
  const measured = []
  for (const { arm, seed, path } of runs) {
    const classified = await classify({ ...options, run: path })
    const folder = seed === undefined ? output : join(output, `${arm.replace(/[^\p{L}\p{N}+._-]/gu, '_')}-seed-${seed}`)
    const files = writeClassified(folder, classified)
    const told = writeSuspects(folder, classified, suspicions)
    measured.push({ arm, seed, classification: classified.classification, files, told })
  }
  const [first] = measured
  if (measured.length === 1)
    return [classificationText(first!.classification), `Written: ${first!.files.join(', ')}`, ...first!.told, ''].join(
      '\n',
    )
  return `${armsText(measured)}\nWritten: ${output}, a folder a run\n`
}
