/** A probe's result as JSON: every figure, every setting, every prediction. */
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { Problem } from '../../data/problem.js'
import { CLASSIFIERS, TOLERANCES } from './classifiers.js'
import { INNER_FOLDS } from './folds.js'
import type { ProbeResult } from './run-probe.js'
import { RESAMPLES } from './scores.js'

/** Changes whenever the same embeddings would get other figures. */
const PROBE_RECIPE = 'earshot-probe/1'

/** `probes/` of the run folder that the embeddings lie in, or else their own folder. */
export function resultFile({ file, label, group, split }: ProbeResult['options']): string {
  const beside = dirname(resolve(file))
  const run = [beside, dirname(beside)].find(folder => existsSync(join(folder, 'run.yaml')))
  const by = [label, group && `by-${group}`, split && `split-${split}`].filter(Boolean).join('-')
  const name = `${basename(file, '.arrow')}-${by}.probe.json`.replace(/[^\p{L}\p{N}.+_-]/gu, '_')
  return run ? join(run, 'probes', name) : join(dirname(file), name)
}

/** Written whole or not at all. @throws Problem if the folder refuses it */
export function writeResult(file: string, result: ProbeResult): void {
  const temporary = `${file}.${process.pid}.partial`
  try {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(temporary, `${JSON.stringify(resultObject(result), null, 1)}\n`)
    renameSync(temporary, file)
  } catch (cause) {
    throw new Problem('not-writable', `The result of the probe cannot be written: ${(cause as Error).message}`, {
      place: { file },
      hint: 'Name a file that you may write with --json.',
      cause,
    })
  }
}

function resultObject({ options, table, examples, comparison, missing }: ProbeResult): object {
  const { clips, classes, labels, units, groups, folds, notes } = examples
  const foldOf = (at: number) => folds.find(fold => fold.test.includes(at))?.name
  return {
    recipe: PROBE_RECIPE,
    options,
    settings: {
      features: 'standardised by the training part of each fold',
      classifiers: Object.fromEntries(
        CLASSIFIERS.map(({ name, setting, settings }) => [name, { [setting]: settings }]),
      ),
      tolerances: TOLERANCES,
      chosenBy: `balanced accuracy over ${INNER_FOLDS} inner folds`,
      interval: `percentile, 95 %, ${RESAMPLES} resamples of ${groups ? 'groups' : 'clips'}`,
    },
    embeddings: { file: table.file, rows: table.rows, metadata: table.metadata },
    counts: {
      clips: clips.length,
      tested: comparison.tested.length,
      groups,
      folds: folds.length,
      classes: Object.fromEntries(classes.map((name, c) => [name, labels.filter(label => label === c).length])),
    },
    notes,
    missingRulers: missing,
    rows: comparison.rows.map(({ name, file, dimensions, figures }) => ({
      name,
      file,
      dimensions,
      figures: Object.fromEntries(
        Object.entries(figures).map(([classifier, { predicted: _, ...figure }]) => [classifier, figure]),
      ),
    })),
    predictions: {
      clips: comparison.tested.map(at => clips[at]),
      labels: comparison.tested.map(at => classes[labels[at]!]),
      units: groups === undefined ? undefined : comparison.tested.map(at => units[at]),
      folds: comparison.tested.map(foldOf),
      rows: comparison.rows.map(({ name, figures }) => ({
        name,
        ...Object.fromEntries(
          Object.entries(figures).map(([classifier, { predicted }]) => [
            classifier,
            predicted && comparison.tested.map(at => classes[predicted[at]!]),
          ]),
        ),
      })),
    },
  }
}
