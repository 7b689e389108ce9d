/**
 * How well sounds and texts find each other in a run of graphs/audio-text.yaml, on the report voices of words16k: each sound is
 * asked for its word, of all words. From the root of the repository, after `npm run build`:
 *
 *   node dist/bench/text-retrieval.js TEXTS.arrow NAME=RUN [NAME=RUN ...] [--json FILE]
 *
 * Of each run its last weights, and of the first those before training. A sound's embedding is the encoder's own, the mean over its
 * patches; a text's is that of the head `words`; they are compared by their cosine. Percent, mean over words: of one over the
 * rank of the right word (which is the average precision of one right answer), and how often it is among the first 1 and 10.
 */
import { parseArgs } from 'node:util'
import { readClipVectors } from '../data/arrow/clip-vectors.js'
import { findCheckpoint } from '../pipelines/model/checkpoint.js'
import { mean } from '../pipelines/statistics/mean.js'
import { type LabelledSet, openSet, part } from './readouts/labelled-set.js'
import { difference, figure, Paired } from './readouts/paired.js'
import { tellRows } from './tell-rows.js'

const SET = part('words', 'voice', 'report')
const HEAD = 'words'
const MEASURES: [string, (rank: number) => number][] = [
  ['average precision', rank => 1 / rank],
  ['recall at 1', rank => Number(rank <= 1)],
  ['recall at 10', rank => Number(rank <= 10)],
]

const { values: given, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'string' } } })
const [file, ...runs] = positionals
const { of, size } = await readClipVectors(file!, 'embedding', 'text')
const rows: Record<string, string>[] = []
let paired: Paired | undefined
let first: number[] | undefined
let count = 0
for (const word of runs) {
  const [name, run] = word.split('=') as [string, string]
  const checkpoint = findCheckpoint(run)
  const opened = await openSet(checkpoint, SET)
  paired ??= new Paired(opened.labels, opened.groups)
  const recipes = [[name, checkpoint.tensors], ...(first ? [] : [['untrained', opened.untrained]])]
  for (const [recipe, weights] of recipes) {
    const ranks = await ranksOf(opened, weights!)
    first ??= ranks
    rows.push({ recipe: recipe!, ...figures(paired, ranks) })
  }
  count = new Set(opened.labels).size
  await opened.close()
}
rows.push({ recipe: 'chance', ...chance(count) })
tellRows(
  rows,
  given.json,
  `percent, ${count} words, report voices, 95 % over voices; differences are those of the first recipe and this one`,
)

/** Of each sound the place of its text among all texts by falling cosine, from 1. */
async function ranksOf({ embedded, labels, thread }: LabelledSet, weights: string): Promise<number[]> {
  const sounds = await embedded(weights, undefined)
  const texts = [...new Set(labels)]
  const vectors = new Float32Array(texts.length * size)
  for (const [row, text] of texts.entries()) vectors.set(of.get(text)!, row * size)
  const made = await thread.encode(HEAD, vectors, texts.length)
  const width = made.length / texts.length
  return sounds.map((sound, at) => {
    const cosines = texts.map((_, row) => cosine(sound, made.subarray(row * width, (row + 1) * width)))
    const right = texts.indexOf(labels[at]!)
    return 1 + cosines.filter((value, other) => other !== right && value >= cosines[right]!).length
  })
}

function cosine(one: Float32Array, other: Float32Array): number {
  let [product, own, others] = [0, 0, 0]
  for (let k = 0; k < one.length; k++) {
    product += one[k]! * other[k]!
    own += one[k]! ** 2
    others += other[k]! ** 2
  }
  return product / Math.sqrt(own * others)
}

function figures(paired: Paired, ranks: readonly number[]): Record<string, string> {
  const told = MEASURES.flatMap(([name, measure]) => {
    const [own, best] = [ranks, first!].map(list => [Float64Array.from(list, measure)])
    return [
      [name, figure(paired.figure(own!))],
      [`${name}: first minus this`, ranks === first ? '' : difference(paired.difference(best!, own!))],
    ]
  })
  return Object.fromEntries(told)
}

/** Of a right word at a random place. */
function chance(words: number): Record<string, string> {
  const all = Array.from({ length: words }, (_, at) => at + 1)
  return Object.fromEntries(MEASURES.map(([name, measure]) => [name, (100 * mean(all, measure)).toFixed(1)]))
}
