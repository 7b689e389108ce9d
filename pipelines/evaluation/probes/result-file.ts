/** A probe's result as JSON: every figure, every setting, every prediction. */
import { existsSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { makeFolder, writeWhole } from '../../../data/whole-file.js'
import { rowsOf } from '../../statistics/products.js'
import { averagePrecisions } from '../../statistics/ranking.js'
import { truthOfRows } from '../../statistics/truth.js'
import { DEFAULT_CLASSIFIERS, TOLERANCES } from './classifiers.js'
import type { Row } from './compare.js'
import { INNER_CLIPS } from './cross-validate.js'
import { INNER_FOLDS } from './folds.js'
import type { ProbeRequest } from './probe-options.js'
import type { Official } from './published-protocol.js'
import type { MultiLabelResult, ProbeResult, ProbeResultOf } from './run-probe.js'

/** Changes whenever the same embeddings would get other figures. */
const PROBE_RECIPE = 'earshot-probe/1'
const MULTI_LABEL_RECIPE = 'earshot-multi-label-probe/1'

/** `probes/` of the run folder that the embeddings lie in, or else their own folder. */
export function resultFile({ file, layers = [], label, group, split, separator, classifiers }: ProbeRequest): string {
  const beside = dirname(resolve(file))
  const run = [beside, dirname(beside)].find(folder => existsSync(join(folder, 'run.yaml')))
  const usual = !classifiers || classifiers.join() === DEFAULT_CLASSIFIERS.join()
  const by = [label, group && `by-${group}`, split && `split-${split}`, !usual && classifiers.join('+')]
  const kind = separator === undefined ? 'probe' : 'multi-label-probe'
  const files = [file, ...layers].map(path => basename(path, '.arrow'))
  const name = `${files.join('+')}-${by.filter(Boolean).join('-')}.${kind}.json`
  const plain = name.replace(/[^\p{L}\p{N}.+_-]/gu, '_')
  return run ? join(run, 'probes', plain) : join(dirname(file), plain)
}

/** Written whole or not at all. @param official what a protocol asks for, if one was named @throws Problem if the folder refuses it */
export function writeResult(file: string, result: ProbeResult, official?: Official): void {
  const { comparison, examples } = result
  const { classes, labels } = examples
  const { tested } = comparison
  const predictions = comparison.rows.map(({ name, figures }) => ({
    name,
    ...byClassifier(figures, ({ predicted }) => predicted && tested.map(at => classes[predicted[at]!])),
    losses: byClassifier(figures, ({ losses }) => losses && tested.map(at => Number(losses[at]!.toPrecision(7)))),
  }))
  const known = tested.map(at => classes[labels[at]!])
  const object = resultObject(result, { recipe: PROBE_RECIPE, chosenBy: 'balanced accuracy' }, known, predictions)
  writeObject(file, { ...object, official })
}

/** The same for clips of several classes: average precision a class, and the scores of each clip. */
export function writeMultiLabelResult(file: string, result: MultiLabelResult, official?: Official): void {
  const { comparison, examples } = result
  const { classes, truth } = examples
  const { tested, rows } = comparison
  const known = truthOfRows(truth, tested)
  const predictions = rows.map(({ name, figures }) => ({
    name,
    classes,
    ...byClassifier(figures, ({ scores }) =>
      tested.map(at => Array.from(rowsOf(scores!, [at]).values, value => Number(value.toPrecision(7)))),
    ),
  }))
  const perClass = rows.map(({ name, figures }) => ({
    name,
    ...byClassifier(figures, ({ scores }) => {
      const precisions = averagePrecisions(rowsOf(scores!, tested), known)
      return Object.fromEntries(classes.map((name, c) => [name, precisions[c] ?? null]))
    }),
  }))
  const labels = known.sets.map(set => set.map(c => classes[c]!))
  const object = resultObject(result, { recipe: MULTI_LABEL_RECIPE, chosenBy: 'mAP' }, labels, predictions)
  writeObject(file, { ...object, official, averagePrecision: perClass })
}

function writeObject(file: string, object: object): void {
  makeFolder(dirname(file))
  writeWhole(file, `${JSON.stringify(object, null, 1)}\n`)
}

function resultObject<M extends string>(
  { options, table, examples, classifiers, comparison, curve, missing }: ProbeResultOf<M>,
  { recipe, chosenBy }: { recipe: string; chosenBy: string },
  labels: unknown[],
  predictions: object[],
): object {
  const { clips, classes, truth, units, groups, folds, notes } = examples
  const { tested, rows, resamples } = comparison
  const foldOf = new Map(folds.flatMap(({ name, test }) => test.map(at => [at, name] as const)))
  return {
    recipe,
    options,
    settings: {
      features: 'standardised by the training part of each fold',
      classifiers: Object.fromEntries(
        classifiers.map(classifier => {
          const { name, setting, settings } = classifier
          const validated = 'answer' in classifier && { chosenBy: 'the first inner fold, which also ends the training' }
          return [name, setting === '' ? {} : { [setting]: settings, ...validated }]
        }),
      ),
      tolerances: TOLERANCES,
      chosenBy: `${chosenBy} over ${INNER_FOLDS} inner folds, of ${INNER_CLIPS} clips each at most`,
      interval: `percentile, 95 %, ${resamples} resamples of ${groups ? 'groups' : 'clips'}`,
    },
    embeddings: { file: table.file, rows: table.rows, metadata: table.metadata },
    counts: {
      clips: clips.length,
      tested: tested.length,
      groups,
      folds: folds.length,
      classes: Object.fromEntries(classes.map((name, c) => [name, truth.sets.filter(set => set.includes(c)).length])),
    },
    notes,
    missingBaselines: missing.map(({ name }) => name),
    rows: figuresOf(rows),
    ...(curve.length > 0 && {
      curve: {
        repeats: options.repeats,
        points: curve.map(({ budget, labelled, comparison }) => ({
          ...budget,
          labelled,
          rows: figuresOf(comparison.rows),
        })),
      },
    }),
    predictions: {
      clips: tested.map(at => clips[at]),
      labels,
      units: groups === undefined ? undefined : tested.map(at => units[at]),
      folds: tested.map(at => foldOf.get(at)),
      rows: predictions,
    },
  }
}

const figuresOf = <M extends string>(rows: readonly Row<M>[]) =>
  rows.map(({ name, file, dimensions, figures }) => ({
    name,
    file,
    dimensions,
    figures: byClassifier(figures, ({ predicted: _, likeliest: __, losses: ___, scores: ____, ...figure }) => figure),
  }))

const byClassifier = <Figure, Value>(figures: Record<string, Figure>, of: (figure: Figure) => Value) =>
  Object.fromEntries(Object.entries(figures).map(([classifier, figure]) => [classifier, of(figure)]))
