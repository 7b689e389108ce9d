/**
 * How many answers a classifier needs that asks, and one that is told windows in random order: labels until the average
 * precision on other windows is 0.8, for classes that each fill 1 % of 10,000 windows. And the time of an answer.
 *
 *   node dist/bench/labelling.js compose FOLDER SET    two recordings, pool.wav and test.wav, with the class of each window
 *   ./earshot embed RUN FOLDER/pool.wav -o FOLDER/pool.arrow --level patch --hop 0.96s --readout bands (test likewise)
 *   node dist/bench/labelling.js ask FOLDER [--seeds 3] [--classes 14] [--json FILE]
 *                                           [--strength 0.01] [--background 200] [--turns likely,unsure,likely,check]
 *
 * SET chooses: data/sets/drums16k-development.yaml for the numbers of `learner.ts`, drums16k-report.yaml for figures that
 * are told. Each window of 0.96 s is an ambience of pool16k; in 40 % an effect of pool16k lies over it, in 1 % each a sound
 * of one of the classes of SET, 5 to 20 dB above it. No sound, effect or ambience is in both recordings.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type ListedClip, readClips } from '../data/manifests.js'
import { shuffled, streamOf } from '../graphs/streams/draws.js'
import { smallSamples } from '../pipelines/drawing/small-sound.js'
import { integerWav, quantised } from '../pipelines/drawing/wav-file.js'
import { readIndex } from '../pipelines/embeddings/search/embedding-index.js'
import { learn, MANNER, type Manner, nextQuestion, probabilities, type Reason } from '../pipelines/labelling/learner.js'
import { narrowed } from '../pipelines/labelling/windows.js'
import { mean } from '../pipelines/statistics/mean.js'
import { type Matrix, rowsOf } from '../pipelines/statistics/products.js'
import { averagePrecisions } from '../pipelines/statistics/ranking.js'
import { interval } from '../pipelines/statistics/scores.js'
import { rounded, tellRows } from './tell-rows.js'

const [RATE, WINDOW, COUNT] = [16_000, 15_360, 10_000] as const
/** Windows of the recording on which precision is measured. */
const TESTED = 4000
const SHARE = 0.01
const OVER = [5, 20] as const
const TARGET = 0.8
/** Answers after which it is given up: of a classifier that asks, and in random order. */
const MOST = { asks: 600, random: 3000 }
const RESAMPLES = 2000

async function compose(folder: string, set: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const clips = async (name: string) => (await readClips(`data/sets/${name}.yaml`)).clips
  const sounds = shuffled((await readClips(set)).clips, 'sounds')
  const beds = shuffled(await clips('pool16k-beds'), 'beds')
  const effects = shuffled(
    (await clips('pool16k-events')).filter(({ labels }) => labels.kind === 'effect'),
    'events',
  )
  const classes = [...new Set(sounds.map(({ labels }) => labels.label!))].sort()
  for (const [part, name] of ['pool', 'test'].entries()) {
    const own = (all: readonly ListedClip[]) => all.filter((_, at) => at % 2 === part)
    const ofClass = (one: string) => own(sounds.filter(({ labels }) => labels.label === one))
    const struck = new Map<string, Float32Array[]>()
    for (const one of classes) struck.set(one, await load(ofClass(one), 0.96))
    await write(join(folder, name), part === 0 ? COUNT : TESTED, {
      ...{ struck, beds: await load(own(beds).slice(0, 200), 60) },
      effects: await load(own(effects).slice(0, 800), 0.96),
    })
  }
}

async function load(clips: readonly ListedClip[], seconds: number): Promise<Float32Array[]> {
  const sounds: Float32Array[] = []
  for (const { path } of clips) sounds.push(await smallSamples({ path, seconds }))
  return sounds
}

type Heard = { struck: ReadonlyMap<string, readonly Float32Array[]> } & Record<
  'beds' | 'effects',
  readonly Float32Array[]
>

async function write(path: string, count: number, { struck, beds, effects }: Heard): Promise<void> {
  const rng = streamOf(`labelling ${path}`)
  const each = Math.round(SHARE * COUNT)
  const classes = [...struck.keys()]
  const truth = shuffled(
    Array.from({ length: COUNT }, (_, at) => classes[Math.floor(at / each)] ?? ''),
    `truth ${path}`,
  )
  const out = new Int16Array(count * WINDOW)
  for (let at = 0; at < count; at++) {
    const bed = beds[Math.floor(at / 50) % beds.length]!
    const window = Float32Array.from({ length: WINDOW }, (_, i) => bed[((at % 50) * WINDOW + i) % bed.length]!)
    const some = truth[at] ? struck.get(truth[at]!)! : rng.uniform() < 0.4 ? effects : undefined
    if (some) lay(window, some[rng.integer(0, some.length)]!, rng.uniform(...OVER), rng.integer(0, 4000))
    out.set(quantised(window.map(value => 0.5 * value)), at * WINDOW)
  }
  writeFileSync(`${path}.wav`, integerWav(out, RATE))
  writeFileSync(`${path}.json`, JSON.stringify(truth))
}

/** Puts a sound over a window, so many decibels above it. */
function lay(window: Float32Array, sound: Float32Array, decibels: number, from: number): void {
  const power = (samples: Float32Array) => samples.reduce((sum, value) => sum + value * value, 1e-9) / samples.length
  const gain = Math.min(4, Math.sqrt(power(window) / power(sound)) * 10 ** (decibels / 20))
  for (let i = 0; i < Math.min(sound.length, WINDOW - from); i++) window[from + i]! += gain * sound[i]!
}

interface Asked {
  known: Matrix
  other: Matrix
  /** Of each window of `known`, and of `other`. */
  truth: readonly boolean[]
  elsewhere: readonly boolean[]
  manner: Manner
}

async function ask(folder: string, given: { seeds: string; classes: string; json?: string }, manner: Manner) {
  const [pool, test] = [await part(folder, 'pool'), await part(folder, 'test')]
  const [known, other] = together(pool.rows, test.rows)
  const classes = [...new Set(pool.truth)].filter(Boolean).sort().slice(0, Number(given.classes))
  const times: number[] = []
  const rows = classes.map(name => {
    const [truth, elsewhere] = [pool, test].map(one => one.truth.map(label => label === name)) as [boolean[], boolean[]]
    const asked = { known, other, truth, elsewhere, manner }
    const all = precisionOf(asked, learn(known, new Map(truth.entries()), [], manner)!)
    const seeds = Array.from({ length: all < TARGET ? 0 : Number(given.seeds) }, (_, seed) => `${name} ${seed}`)
    const asks = seeds.map(key => labelsNeeded(asked, key, 'asks', times))
    const random = seeds.map(key => labelsNeeded(asked, key, 'random'))
    const row = { name, all, asks, random }
    process.stderr.write(`${JSON.stringify(row)}\n`)
    return row
  })
  const ratios = rows
    .filter(({ asks }) => asks.length > 0)
    .map(({ asks, random }) => mean(asks.map((own, seed) => Math.log(random[seed]! / own))))
  const rng = streamOf('resampled classes')
  const drawn = Array.from({ length: RESAMPLES }, () =>
    Math.exp(mean(ratios.map(() => ratios[rng.integer(0, ratios.length)]!))),
  )
  const [low, high] = interval(drawn)
  const sorted = times.sort((a, b) => a - b)
  const at = (share: number) => Math.round(sorted[Math.floor(share * (sorted.length - 1))] ?? 0)
  const ratio = rounded(Math.exp(mean(ratios)))
  const told = rows.map(({ name, all, asks, random }) => ({
    class: name,
    'average precision, all labels': rounded(all),
    'labels, it asks': toldOf(asks, MOST.asks),
    'labels, random order': toldOf(random, MOST.random),
    'times fewer': asks.length === 0 ? '-' : rounded(Math.exp(mean(asks.map((own, i) => Math.log(random[i]! / own))))),
  }))
  const how = `labels until average precision ${TARGET}, one by one for ${given.seeds} seeds; classes that all labels do not bring there are not asked for. Geometric mean ${ratio} times fewer [${rounded(low)}, ${rounded(high)}] (percentile, 95 %, ${RESAMPLES} resamples of classes). An answer: ${at(0.5)} ms of CPU time (median), ${at(0.95)} (95th percentile), ${at(1)} (most)`
  tellRows(told, given.json, how)
  console.log(how)
}

const toldOf = (labels: readonly number[], most: number) =>
  labels.map(count => (count > most ? `> ${most}` : count)).join(', ') || '-'

/** As a labelling page has them: standardised, wide ones on their first axes. */
function together(one: Matrix, other: Matrix): [Matrix, Matrix] {
  const values = new Float64Array(one.values.length + other.values.length)
  values.set(one.values)
  values.set(other.values, one.values.length)
  const both = narrowed({ rows: one.rows + other.rows, columns: one.columns, values })
  const all = Array.from({ length: both.rows }, (_, row) => row)
  return [rowsOf(both, all.slice(0, one.rows)), rowsOf(both, all.slice(one.rows))]
}

async function part(folder: string, name: string) {
  const { directions, dimensions: columns, rows } = await readIndex(join(folder, `${name}.arrow`))
  const truth: string[] = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'))
  return { rows: { rows, columns, values: Float64Array.from(directions) }, truth: truth.slice(0, rows) }
}

function precisionOf({ other, elsewhere }: Asked, model: NonNullable<ReturnType<typeof learn>>): number {
  const truth = { classes: 1, exclusive: false, sets: elsewhere.map(holds => (holds ? [0] : [])) }
  const values = Float64Array.from(probabilities(other, model))
  return averagePrecisions({ rows: other.rows, columns: 1, values }, truth)[0]!
}

/** Answers until the target is reached, looked for at growing distances; the first is an example of the class. */
function labelsNeeded(asked: Asked, key: string, order: keyof typeof MOST, times: number[] = []): number {
  const { known, truth, manner } = asked
  const drawn = shuffled([...truth.keys()], `order ${key}`)
  const rng = streamOf(`draws ${key}`)
  const example = drawn.find(row => truth[row])!
  const rest = drawn.filter(row => row !== example)
  const answers = new Map([[example, true]])
  let check = 5
  for (let labels = 1; labels <= MOST[order]; labels++) {
    const looks = labels >= check
    if (looks) check = Math.ceil(Math.max(labels + 5, 1.1 * labels))
    // in random order nothing has to be learned in between
    if (order === 'random') {
      if (looks && precisionOf(asked, learn(known, answers, drawn, manner)!) >= TARGET) return labels
      answers.set(rest[labels - 1]!, truth[rest[labels - 1]!]!)
      continue
    }
    const began = process.cpuUsage()
    const model = learn(known, answers, drawn, manner)!
    const settings = { turn: labels, draw: () => rng.uniform(), known: true }
    const { row } = nextQuestion(probabilities(known, model), new Set(answers.keys()), settings, manner)!
    const { user, system } = process.cpuUsage(began)
    times.push((user + system) / 1000)
    if (looks && precisionOf(asked, model) >= TARGET) return labels
    answers.set(row, truth[row]!)
  }
  return MOST[order] + 1
}

const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string', default: '3' },
    classes: { type: 'string', default: '14' },
    strength: { type: 'string', default: String(MANNER.strength) },
    background: { type: 'string', default: String(MANNER.background) },
    turns: { type: 'string', default: MANNER.turns.join(',') },
    json: { type: 'string' },
  },
})
const [what, folder, set] = positionals
if (what === 'compose' && folder && set) await compose(folder, set)
else if (what === 'ask' && folder)
  await ask(folder, given, {
    strength: Number(given.strength),
    background: Number(given.background),
    turns: given.turns.split(',') as Reason[],
  })
else throw new Error('node dist/bench/labelling.js compose FOLDER SET, or ask FOLDER')
