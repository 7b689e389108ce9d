/**
 * How many answers a classifier needs that asks, and one that is told windows in random order: until the windows of the
 * archive are ranked with an average precision of 0.8, what was answered included, for classes that each fill 1 % of
 * 10,000 windows. And the time of an answer.
 *
 *   node dist/bench/labelling.js compose FOLDER SET    a recording, windows.wav, with the class of each window
 *   ./earshot embed RUN FOLDER/windows.wav -o FOLDER/windows.arrow --level patch --hop 0.96s --readout bands
 *   node dist/bench/labelling.js ask FOLDER [--seeds 3] [--classes 14] [--json FILE]
 *                                           [--strength 0.01] [--background 200] [--turns likely,unsure,likely,check]
 *
 * SET chooses: data/sets/drums16k-development.yaml for the numbers of `learner.ts`, drums16k-report.yaml for figures that
 * are told. Each window of 0.96 s is an ambience of pool16k; in 40 % an effect of pool16k lies over it, in 1 % each a sound
 * of one of the classes of SET, 5 to 20 dB above it.
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
import type { Matrix } from '../pipelines/statistics/products.js'
import { averagePrecisions } from '../pipelines/statistics/ranking.js'
import { interval } from '../pipelines/statistics/scores.js'
import { rounded, tellRows } from './tell-rows.js'

const [RATE, WINDOW, COUNT] = [16_000, 15_360, 10_000] as const
const SHARE = 0.01
const OVER = [5, 20] as const
const TARGET = 0.8
/** Answers after which a classifier that asks is given up. */
const MOST = 600
const RESAMPLES = 2000

async function compose(folder: string, set: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const clips = async (name: string) => (await readClips(`data/sets/${name}.yaml`)).clips
  const sounds = (await readClips(set)).clips
  const effects = (await clips('pool16k-events')).filter(({ labels }) => labels.kind === 'effect')
  const struck = new Map<string, Float32Array[]>()
  for (const one of new Set(sounds.map(({ labels }) => labels.label!)))
    struck.set(
      one,
      await load(
        sounds.filter(({ labels }) => labels.label === one),
        0.96,
      ),
    )
  await write(join(folder, 'windows'), {
    ...{ struck, beds: await load(shuffled(await clips('pool16k-beds'), 'beds').slice(0, 200), 60) },
    effects: await load(shuffled(effects, 'effects').slice(0, 800), 0.96),
  })
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

async function write(path: string, { struck, beds, effects }: Heard): Promise<void> {
  const rng = streamOf(`labelling ${path}`)
  const each = Math.round(SHARE * COUNT)
  const classes = [...struck.keys()]
  const truth = shuffled(
    Array.from({ length: COUNT }, (_, at) => classes[Math.floor(at / each)] ?? ''),
    `truth ${path}`,
  )
  const out = new Int16Array(COUNT * WINDOW)
  for (let at = 0; at < COUNT; at++) {
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
  windows: Matrix
  /** Of each window. */
  truth: readonly boolean[]
  manner: Manner
}

async function ask(folder: string, given: { seeds: string; classes: string; json?: string }, manner: Manner) {
  const index = await readIndex(join(folder, 'windows.arrow'))
  const { rows: count } = index
  const labels: string[] = JSON.parse(readFileSync(join(folder, 'windows.json'), 'utf8')).slice(0, count)
  const windows = narrowed(index, [...labels.keys()])
  const classes = [...new Set(labels)].filter(Boolean).sort().slice(0, Number(given.classes))
  const times: number[] = []
  const rows = classes.map(name => {
    const asked = { windows, truth: labels.map(label => label === name), manner }
    const seeds = Array.from({ length: Number(given.seeds) }, (_, seed) => `${name} ${seed}`)
    const asks = seeds.map(key => labelsNeeded(asked, key, true, times))
    const random = seeds.map(key => labelsNeeded(asked, key, false))
    process.stderr.write(`${JSON.stringify({ name, asks, random })}\n`)
    return { name, asks, random, ratio: mean(asks.map((own, seed) => Math.log(random[seed]! / own))) }
  })
  const rng = streamOf('resampled classes')
  const drawn = Array.from({ length: RESAMPLES }, () => mean(rows.map(() => rows[rng.integer(0, rows.length)]!.ratio)))
  const times95 = times.sort((a, b) => a - b)
  const at = (share: number) => Math.round(times95[Math.floor(share * (times95.length - 1))] ?? 0)
  const fewer = (log: number) => rounded(Math.exp(log))
  const told = rows.map(({ name, asks, random, ratio }) => ({
    class: name,
    'answers, it asks': asks.map(count => (count > MOST ? `> ${MOST}` : count)).join(', '),
    'answers, random order': random.join(', '),
    'times fewer': fewer(ratio),
  }))
  const how = `answers until average precision ${TARGET} over ${count} windows of which the class fills 1 %, seed by seed. Geometric mean ${fewer(mean(rows.map(({ ratio }) => ratio)))} times fewer ${`[${interval(drawn).map(fewer).join(', ')}]`} (percentile, 95 %, ${RESAMPLES} resamples of classes). An answer: ${at(0.5)} ms of CPU time (median), ${at(0.95)} (95th percentile), ${at(1)} (most)`
  tellRows(told, given.json, how)
  console.log(how)
}

/** Of all windows ranked: those that were answered yes first, those answered no last. */
function precisionOf({ windows, truth }: Asked, answers: ReadonlyMap<number, boolean>, scores: Float32Array): number {
  const values = Float64Array.from(scores)
  for (const [row, is] of answers) values[row] = is ? 2 : -1
  const sets = truth.map(holds => (holds ? [0] : []))
  return averagePrecisions({ rows: windows.rows, columns: 1, values }, { classes: 1, exclusive: false, sets })[0]!
}

/** Answers until the target is reached, looked for at growing distances; the first is an example of the class. */
function labelsNeeded(asked: Asked, key: string, asks: boolean, times: number[] = []): number {
  const { windows, truth, manner } = asked
  const drawn = shuffled([...truth.keys()], `order ${key}`)
  const example = drawn.find(row => truth[row])!
  const rest = drawn.filter(row => row !== example)
  const answers = new Map([[example, true]])
  let check = asks ? 5 : 200
  for (let labels = 1; ; labels++) {
    const looks = labels >= check
    // in random order nothing has to be learned in between
    if (asks || looks) {
      const began = process.cpuUsage()
      const scores = probabilities(windows, learn(windows, answers, drawn, manner)!)
      const next = nextQuestion(scores, new Set(answers.keys()), { turn: labels, known: true }, manner)
      const { user, system } = process.cpuUsage(began)
      if (asks) times.push((user + system) / 1000)
      if (looks && precisionOf(asked, answers, scores) >= TARGET) return labels
      if (looks) check = Math.ceil(Math.max(labels + 5, (asks ? 1.1 : 1.25) * labels))
      if (asks && labels > MOST) return labels
      if (asks) answers.set(next!.row, truth[next!.row]!)
    }
    if (!asks) answers.set(rest[labels - 1]!, truth[rest[labels - 1]!]!)
  }
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
