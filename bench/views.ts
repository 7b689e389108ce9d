/**
 * Processor time for the views of 128 pairs, 96 x 64 bins: the stages of the contrastive recipe on one thread, beside
 * the same work in NumPy and PyTorch on one thread (bench/views.py). From the root of the repository, after `npm run build`:
 *
 *   node dist/bench/views.js [--json FILE]      beside a Python with numpy and torch: EARSHOT_PYTHON; else our figure alone
 */
import { execFileSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { bankOf } from '../graphs/streams/banks.js'
import { keyedDraws, streamOf } from '../graphs/streams/draws.js'
import type { ItemStage, Stage } from '../stages/contract.js'
import { LANES, type PatchPort, type Port } from '../stages/ports.js'
import type { Bank, Clip, Draws, LogMel, Pair, Patch } from '../stages/values.js'
import companding from '../stages/views/companding.js'
import gaussianNoise from '../stages/views/gaussian-noise.js'
import mixBack from '../stages/views/mix-back.js'
import normalise from '../stages/views/normalise.js'
import randomResizedCrop from '../stages/views/random-resized-crop.js'
import specAugment from '../stages/views/spec-augment.js'
import temporalProximity from '../stages/views/temporal-proximity.js'
import { rounded, tellRows } from './tell-rows.js'

const PAIRS = 128
const CLIPS = 400
const BANDS = 64
const STEPS = 20

const logMel: Port = { kind: 'logmel', rate: 16000, hop: 160, bands: BANDS }
const patch: PatchPort = { kind: 'patch', rate: 16000, hop: 160, bands: BANDS, frames: 96 }
const pair: Port = { kind: 'pair', of: patch }

interface Node {
  name: string
  work: ReturnType<ItemStage['work']>
}

function node(stage: Stage, ports: Record<string, Port>): Node {
  const { name, parameters, out, work } = stage as ItemStage
  const defaults = parameters.parse({})
  return { name, work: work(defaults, { ...ports, out: out(ports, defaults) }) }
}

const near = node(temporalProximity, { from: logMel })
const mixed = node(mixBack, { from: pair, backgrounds: logMel })
const lifted = [randomResizedCrop, companding, specAugment, gaussianNoise, normalise].map(stage =>
  node(stage, { from: patch, statistics: logMel }),
)

/** Spectrograms of 0.6 to 5 seconds. */
function spectrograms(): LogMel[] {
  return Array.from({ length: CLIPS }, (_, clip) => {
    const rng = streamOf(`clip ${clip}`)
    const frames = rng.integer(60, 500)
    const values = new Float32Array(frames * BANDS)
    rng.fillNormal(values, 1.5)
    const read = (start: number, count: number) => values.slice(start * BANDS, (start + count) * BANDS)
    return { frames, bands: BANDS, read }
  })
}

async function views(mels: LogMel[], bank: Bank<LogMel>, clip: Clip, epoch: number): Promise<Pair<Patch>> {
  const draws = ({ name }: Node, lane = ''): Draws => keyedDraws({ seed: 0, node: name, lane, epoch, item: clip.id })
  const run = (node: Node, item: object, lane?: string) =>
    node.work({ ...item, clip, rng: draws(node, lane), count: () => {} })
  const from = run(near, { from: mels[Number(clip.id)] })
  const both = (await run(mixed, { from, backgrounds: bank })) as Pair<Patch>
  for (const stage of lifted)
    for (const lane of LANES) both[lane] = run(stage, { from: both[lane], statistics: bank }, lane) as Patch
  return both
}

async function measure(): Promise<number> {
  const mels = spectrograms()
  const clips = mels.map((_, i) => ({ id: `${i}`, path: '', labels: {} }))
  const bank = bankOf(clips, position => mels[position]!, { mean: 0, deviation: 1.5 })
  const times: number[] = []
  for (let step = 0; step < STEPS; step++) {
    const start = process.cpuUsage()
    for (let i = 0; i < PAIRS; i++) await views(mels, bank, clips[(step * PAIRS + i) % CLIPS]!, step)
    const { user, system } = process.cpuUsage(start)
    times.push((user + system) / 1000)
  }
  return times.sort((a, b) => a - b)[STEPS / 2]!
}

const { values: given } = parseArgs({ options: { json: { type: 'string' } } })
const ours = await measure()
const python = process.env.EARSHOT_PYTHON
const theirs = python ? Number(execFileSync(python, ['bench/views.py'], { encoding: 'utf8' })) : undefined
tellRows(
  [
    {
      what: `views of ${PAIRS} pairs`,
      'Earshot, ms': rounded(ours),
      ...(theirs !== undefined && { 'NumPy and PyTorch, ms': rounded(theirs), ratio: rounded(theirs / ours) }),
    },
  ],
  given.json,
  'processor time on one thread; a ratio above 1 says that Earshot is faster',
)
