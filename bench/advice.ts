/**
 * Which readout, and which checkpoint, if there are no labels? How well effective rank, cluster tendency and the agreement
 * of two halves of a clip rank readouts and checkpoints as probes with labels do (Spearman's correlation), on development
 * sets. From the root of the repository, after `npm run build`; checkpoints of a run are RUN@200, RUN@400, ...
 *
 *   node dist/bench/advice.js RUN@STEP RUN@STEP ... [--json FILE]
 */
import { parseArgs } from 'node:util'
import { READOUT_NAMES, type Readout, readoutOf } from '../graphs/readout/settings.js'
import { findCheckpoint } from '../pipelines/model/checkpoint.js'
import { mean } from '../pipelines/statistics/mean.js'
import type { Matrix } from '../pipelines/statistics/products.js'
import { rankCorrelation } from '../pipelines/statistics/rank-correlation.js'
import { score } from '../pipelines/statistics/scores.js'
import { standardise } from '../pipelines/statistics/standardise.js'
import type { Clip } from '../stages/values.js'
import { recognised } from './readouts/kernel-ridge.js'
import { type LabelledSet, openSet, part, type SetOf } from './readouts/labelled-set.js'
import { clusterTendency, halvesAgree, rank } from './readouts/unlabelled.js'
import { tellRows } from './tell-rows.js'

const SETS = [part('drums', 'kit', 'development'), part('words', 'voice', 'development')]
const SIGNS = ['effective rank', 'cluster tendency', 'agreement of halves'] as const

interface Figure extends Record<(typeof SIGNS)[number], number> {
  checkpoint: string
  set: string
  readout: string
  accuracy: number
}

const { values: given, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'string' } } })
const figures: Figure[] = []
for (const set of SETS) await judge(set)
tellRows(
  table(),
  given.json,
  "Spearman's correlation with balanced accuracy on development parts, over checkpoints of one readout and over readouts of one checkpoint, on the mean",
)

async function judge(set: SetOf): Promise<void> {
  const first = findCheckpoint(positionals[0]!)
  const whole = await openSet(first, set)
  const seconds = new Map(whole.clips.map(({ id }, at) => [id, whole.seconds[at]!]))
  const halves = await openSet(first, set, clip => halved(clip, seconds.get(clip.id)))
  for (const checkpoint of positionals) {
    const { tensors } = findCheckpoint(checkpoint)
    for (const readout of READOUT_NAMES.filter(name => name !== 'default')) {
      const one = await figuresOf(whole, halves, tensors, readoutOf({ preset: readout }))
      figures.push({ checkpoint, set: set.name, readout, ...one })
      process.stderr.write(`${checkpoint}, ${set.name}, ${readout}: ${JSON.stringify(one)}\n`)
    }
  }
  await whole.close()
  await halves.close()
}

function halved(clip: Clip, seconds: number | undefined): Clip[] {
  if (seconds === undefined) return []
  const { id, start = 0 } = clip
  const middle = start + seconds / 2
  return [
    { ...clip, id: `${id} first half`, start, end: middle },
    { ...clip, id: `${id} second half`, start: middle, end: start + seconds },
  ]
}

async function figuresOf(whole: LabelledSet, halves: LabelledSet, tensors: string, readout: Readout | undefined) {
  const embeddings = await whole.embedded(tensors, readout)
  const rows = standardised(embeddings)
  const classes = [...new Set(whole.labels)]
  const labels = whole.labels.map(label => classes.indexOf(label))
  return {
    accuracy: score(labels, recognised(embeddings, whole.labels, whole.groups)).balanced,
    'effective rank': rank(rows),
    'cluster tendency': clusterTendency(rows),
    'agreement of halves': halvesAgree(standardised(await halves.embedded(tensors, readout))),
  }
}

function standardised(embeddings: readonly Float32Array[]): Matrix {
  const columns = embeddings[0]!.length
  const values = new Float64Array(embeddings.length * columns)
  for (const [row, embedding] of embeddings.entries()) values.set(embedding, row * columns)
  const all = { rows: embeddings.length, columns, values }
  return standardise(all, { rows: 0, columns, values: new Float64Array(0) }).train
}

/** By sign and set: the mean correlation over checkpoints of one readout, and over readouts of one checkpoint. */
function table(): Record<string, string>[] {
  const spearman = (set: string, sign: (typeof SIGNS)[number], by: 'readout' | 'checkpoint') => {
    const own = figures.filter(figure => figure.set === set)
    const values = [...new Set(own.map(one => one[by]))].map(name => {
      const some = own.filter(one => one[by] === name)
      return rankCorrelation(
        some.map(one => one[sign]),
        some.map(one => one.accuracy),
      )
    })
    return mean(values).toFixed(2)
  }
  return SIGNS.map(sign => ({
    sign,
    ...Object.fromEntries(
      SETS.flatMap(({ name }) => [
        [`${name}: checkpoints`, spearman(name, sign, 'readout')],
        [`${name}: readouts`, spearman(name, sign, 'checkpoint')],
      ]),
    ),
  }))
}
