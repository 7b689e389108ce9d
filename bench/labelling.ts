/**
 * How many answers a classifier needs that asks, and one that is told windows in random order: labels until the average
 * precision on other windows is 0.8, for classes that each fill 1 % of the windows. And the time of an answer.
 *
 *   node dist/bench/labelling.js compose FOLDER    two recordings, pool.wav and test.wav, with the class of each window
 *   ./earshot embed RUN FOLDER/pool.wav -o FOLDER/pool.arrow --level patch --hop 0.96s --readout bands (test likewise)
 *   node dist/bench/labelling.js ask FOLDER [SEEDS] [CLASSES]
 *
 * Each window of 0.96 s is an ambience of pool16k; in 40 % an effect of pool16k lies over it, in 1 % each a sound of one of
 * the classes of drums16k-development, 0 to 15 dB above it. The kits of the two recordings are others.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ListedClip, readClips } from '../data/manifests.js'
import { shuffled, streamOf } from '../graphs/streams/draws.js'
import { smallSamples } from '../pipelines/drawing/small-sound.js'
import { integerWav, quantised } from '../pipelines/drawing/wav-file.js'
import { readIndex } from '../pipelines/embeddings/search/embedding-index.js'
import { learn, nextQuestion, probabilities, type Windows } from '../pipelines/labelling/learner.js'
import { narrowed } from '../pipelines/labelling/windows.js'
import type { Matrix } from '../pipelines/statistics/products.js'
import { averagePrecisions } from '../pipelines/statistics/ranking.js'

const [RATE, WINDOW, COUNT] = [16_000, 15_360, 10_000] as const
const SHARE = 0.01
const TARGET = 0.8
const MOST = 2000

const [what, folder = '', seeds = '3', most = '14'] = process.argv.slice(2)
async function compose(): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const drums = (await readClips('data/sets/drums16k-development.yaml')).clips
  const kits = [...new Set(drums.map(({ labels }) => labels.kit!))].sort()
  const beds = shuffled((await readClips('data/sets/pool16k-beds.yaml')).clips, 'beds')
  const events = shuffled(
    (await readClips('data/sets/pool16k-events.yaml')).clips.filter(({ labels }) => labels.kind === 'effect'),
    'events',
  )
  for (const [part, name] of ['pool', 'test'].entries()) {
    const own = <T>(all: readonly T[]) => all.filter((_, at) => at % 2 === part)
    const sounds = drums.filter(({ labels }) => own(kits).includes(labels.kit!))
    await write(name, sounds, own(beds), own(events))
  }
}

async function write(
  name: string,
  drums: readonly ListedClip[],
  beds: readonly ListedClip[],
  events: readonly ListedClip[],
) {
  const rng = streamOf(`labelling ${name}`)
  const load = async (clips: readonly ListedClip[], seconds: number) => {
    const sounds: Float32Array[] = []
    for (const { path } of clips) sounds.push(await smallSamples({ path, seconds }))
    return sounds
  }
  const classes = [...new Set(drums.map(({ labels }) => labels.label!))].sort()
  const [ground, effects] = [await load(beds.slice(0, 200), 60), await load(events.slice(0, 800), 0.96)]
  const struck = new Map<string, Float32Array[]>()
  for (const one of classes)
    struck.set(
      one,
      await load(
        drums.filter(({ labels }) => labels.label === one),
        0.96,
      ),
    )
  const each = Math.round(SHARE * COUNT)
  const truth = shuffled(
    Array.from({ length: COUNT }, (_, at) => classes[Math.floor(at / each)] ?? ''),
    `truth ${name}`,
  )
  const out = new Int16Array(COUNT * WINDOW)
  for (let at = 0; at < COUNT; at++) {
    const bed = ground[Math.floor(at / 50) % ground.length]!
    const window = Float32Array.from({ length: WINDOW }, (_, i) => bed[((at % 50) * WINDOW + i) % bed.length]!)
    const some = truth[at] ? struck.get(truth[at]!)! : rng.uniform() < 0.4 ? effects : undefined
    if (some) lay(window, some[rng.integer(0, some.length)]!, rng.uniform(0, 15), rng.integer(0, 4000))
    out.set(quantised(window.map(value => 0.5 * value)), at * WINDOW)
  }
  writeFileSync(join(folder, `${name}.wav`), integerWav(out, RATE))
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(truth))
}

/** Puts a sound over a window, so many decibels above it. */
function lay(window: Float32Array, sound: Float32Array, decibels: number, from: number): void {
  const power = (samples: Float32Array) => samples.reduce((sum, value) => sum + value * value, 1e-9) / samples.length
  const gain = Math.min(4, Math.sqrt(power(window) / power(sound)) * 10 ** (decibels / 20))
  for (let i = 0; i < Math.min(sound.length, WINDOW - from); i++) window[from + i]! += gain * sound[i]!
}

async function ask(seeds: number, most: number): Promise<void> {
  const [pool, test] = [await part('pool'), await part('test')]
  const classes = [...new Set(pool.truth)]
    .filter(name => name && test.truth.includes(name))
    .sort()
    .slice(0, most)
  const [known, other] = together(pool.rows, test.rows)
  const ratios: number[] = []
  for (const one of classes) {
    const truth = pool.truth.map(label => label === one)
    const asked = { classes: 1, exclusive: false, sets: test.truth.map(label => (label === one ? [0] : [])) }
    const run = (seed: number, random: boolean) => labelsNeeded(known, other, truth, asked, `${one} ${seed}`, random)
    const needed = [false, true].map(random => Array.from({ length: seeds }, (_, seed) => run(seed, random)))
    const [own, chance] = needed.map(all => all.map(({ labels }) => labels).sort((a, b) => a - b)[seeds >> 1]!) as [
      number,
      number,
    ]
    ratios.push(chance / own)
    const end = needed.map(all => all.map(({ precision }) => precision.toFixed(2)).join(' '))
    process.stdout.write(
      `${one.padEnd(16)} ${told(own)} labels, random order ${told(chance)}; average precision ${end.join(' | ')}\n`,
    )
  }
  process.stdout.write(
    `an answer: ${median(times).toFixed(1)} ms (median), ${Math.max(...times).toFixed(1)} ms (most)\n`,
  )
}

/** As a labelling page has them: standardised, wide ones on their first axes. */
function together(one: Matrix, other: Matrix): [Matrix, Matrix] {
  const values = new Float64Array(one.values.length + other.values.length)
  values.set(one.values)
  values.set(other.values, one.values.length)
  const both = narrowed({ rows: one.rows + other.rows, columns: one.columns, values })
  const { columns } = both
  const end = one.rows * columns
  return [
    { rows: one.rows, columns, values: both.values.subarray(0, end) },
    { rows: other.rows, columns, values: both.values.subarray(end) },
  ]
}

const told = (labels: number) => (labels > MOST ? `> ${MOST}` : String(labels))
const times: number[] = []
const median = (values: number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]!

async function part(name: string) {
  const { directions, dimensions: columns, rows } = await readIndex(join(folder, `${name}.arrow`))
  const truth: string[] = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'))
  return { rows: { rows, columns, values: Float64Array.from(directions) }, truth: truth.slice(0, rows) }
}

function labelsNeeded(
  known: Windows,
  other: Windows,
  truth: readonly boolean[],
  asked: { classes: number; exclusive: boolean; sets: number[][] },
  key: string,
  random: boolean,
) {
  const order = shuffled([...truth.keys()].slice(0, known.rows), `order ${key}`)
  const rng = streamOf(`draws ${key}`)
  const example = order.find(row => truth[row])!
  const answers = new Map([[example, true]])
  const background = order.slice(0, 1000)
  const rest = order.filter(row => row !== example)
  let [precision, check] = [0, 5]
  for (let labels = 1; labels <= MOST; labels++) {
    const began = performance.now()
    const look = labels >= check
    // in random order nothing has to be learned in between
    const model = look || !random ? learn(known, answers, background)! : undefined
    if (look) {
      check = Math.ceil(Math.max(labels + 5, 1.1 * labels))
      const values = Float64Array.from(probabilities(other, model!))
      precision = averagePrecisions({ rows: other.rows, columns: 1, values }, asked)[0]!
      if (precision >= TARGET) return { labels, precision }
    }
    let row = rest[labels - 1]!
    if (!random) {
      const settings = { turn: labels, draw: () => rng.uniform(), known: true }
      row = nextQuestion(probabilities(known, model!), new Set(answers.keys()), settings)!.row
      if (!look) times.push(performance.now() - began)
    }
    answers.set(row, truth[row]!)
  }
  return { labels: MOST + 1, precision }
}

if (what === 'compose') await compose()
else await ask(Number(seeds), Number(most))
