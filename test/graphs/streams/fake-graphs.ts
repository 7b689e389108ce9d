/** Checked graphs over the fake stages, and what it takes to run them here. */
import { createHash } from 'node:crypto'
import type { Feature } from '../../../data/feature-cache.js'
import type { CheckedGraph, CheckedNode, Input } from '../../../graphs/language/checked.js'
import { type Evaluation, Evaluator, type FeatureStore, type Stages } from '../../../graphs/streams/evaluate.js'
import { batchLayouts } from '../../../graphs/streams/layout.js'
import type { Pool } from '../../../graphs/streams/pool.js'
import type { Prepared } from '../../../graphs/streams/prepare.js'
import { type Setup, TaskRunner } from '../../../graphs/streams/tasks.js'
import type { PatchPort, Port } from '../../../stages/ports.js'
import type { Clip, Statistics } from '../../../stages/values.js'
import { loadStages } from './fake-stages.js'

export const STAGES_MODULE = new URL('./fake-stages.js', import.meta.url).href
export const stages: Stages = await loadStages()

const MEL: Port = { kind: 'logmel', rate: 1000, hop: 10, bands: 2 }
export const PATCH: PatchPort = { kind: 'patch', rate: 1000, hop: 10, bands: 2, frames: 3 }
const PAIR: Port = { kind: 'pair', of: PATCH }

export function node(id: string, stage: string, place: CheckedNode['place'], rest: Partial<CheckedNode>): CheckedNode {
  const given = { parameters: {}, inputs: {}, lifted: false, draws: 'separate', joint: false, out: PAIR } as const
  return { id, stage, place, ...given, ...rest }
}

export function input(from: string, port: Port, rest: Partial<Input> = {}): Input {
  return { node: from, port, bank: false, ...rest }
}

export const SOURCE = node('clip', 'clips', 'source', { out: { kind: 'clip' } })
export const RAMP = node('mel', 'ramp', 'item', {
  parameters: { frames: 20 },
  inputs: { from: input('clip', { kind: 'clip' }) },
  out: MEL,
})
export const CUT = node('near', 'cut', 'item', { parameters: { frames: 3 }, inputs: { from: input('mel', MEL) } })

/** A lifted node over a pair. */
export function view(id: string, stage: string, from: string, rest: Partial<CheckedNode> = {}): CheckedNode {
  return node(id, stage, 'item', { inputs: { from: input(from, PAIR) }, lifted: true, ...rest })
}

const SOUND: Port = { kind: 'recording', rate: 1000 }
const channelsOf = (of: Port): Port => ({ kind: 'channels', count: 2, of })
export const PATCHES = channelsOf(PATCH)

/** clip -> tone -> split -> thinned -> head: patches of two channels, made through three cached nodes. */
export const CHANNELS: CheckedNode[] = [
  node('sound', 'tone', 'item', { inputs: { from: input('clip', { kind: 'clip' }) }, out: SOUND }),
  node('parts', 'split', 'item', {
    parameters: { count: 2, crooked: false },
    inputs: { from: input('sound', SOUND) },
    out: channelsOf(SOUND),
  }),
  node('mels', 'thinned', 'item', {
    inputs: { from: input('parts', channelsOf(SOUND)) },
    lifted: true,
    out: channelsOf(MEL),
  }),
  node('heads', 'head', 'item', {
    parameters: { frames: 3 },
    inputs: { from: input('mels', channelsOf(MEL)) },
    lifted: true,
    out: PATCHES,
  }),
]

export const MIX = node('mixed', 'mix', 'item', {
  inputs: { from: input('near', PAIR), others: input('mel', MEL, { bank: true }) },
})
export const CENTRED = (from: string) =>
  view('view', 'centred', from, { inputs: { from: input(from, PAIR), statistics: input('mel', MEL, { bank: true }) } })

export function batchNode(size: number, from: string, port: Port = PAIR, rest: Partial<Input> = {}): CheckedNode {
  const inputs = { from: input(from, port, rest) }
  return node('batch', 'batch', 'batch', { parameters: { size }, inputs, out: { kind: 'batch', of: port, size } })
}

/** clip -> ramp -> cut -> mix -> shake -> centred -> batch */
export function wholeGraph(size: number): CheckedGraph {
  return {
    nodes: [SOURCE, RAMP, CUT, MIX, view('shaken', 'shake', 'mixed'), CENTRED('shaken'), batchNode(size, 'view')],
  }
}

export function clipsNamed(...ids: string[]): Clip[] {
  return ids.map(id => ({ id, path: `/sounds/${id}.wav`, labels: {} }))
}

export function someClips(count: number): Clip[] {
  return clipsNamed(...Array.from({ length: count }, (_, i) => `clip${i}`))
}

const STATISTICS: Statistics = { mean: 10, deviation: 2 }

/** As if every clip had been prepared. */
export function preparedFor(clips: Clip[]): Prepared {
  const frames = clips.map(() => 20)
  const keysOf = (node: string) => clips.map(({ id }) => createHash('sha256').update(`${node} ${id}`).digest('hex'))
  const of = (node: string) => ({ keys: keysOf(node), frames, seconds: frames.map(count => count / 100) })
  const nodes = { mel: of('mel'), sound: of('sound'), parts: of('parts'), mels: of('mels') }
  return { clips, nodes, statistics: { mel: STATISTICS }, skipped: [], noted: [], cacheFolder: '' }
}

export function evaluationOf(graph: CheckedGraph, clips: Clip[], seed = 1): Evaluation {
  const { nodes, statistics } = preparedFor(clips)
  const keys = Object.fromEntries(Object.entries(nodes).map(([id, { keys }]) => [id, keys]))
  return { graph, seed, clips, keys, statistics }
}

export function evaluatorOf(
  graph: CheckedGraph,
  clips: Clip[],
  store: FeatureStore = memoryStore(),
  seed = 1,
): Evaluator {
  return new Evaluator(evaluationOf(graph, clips, seed), stages, store)
}

/** A feature cache in memory that counts what is written. */
export function memoryStore(): FeatureStore & { written: string[] } {
  const features = new Map<string, Feature>()
  const written: string[] = []
  return {
    written,
    open: key => features.get(key),
    write: async (key, bands, blocks) => {
      const values: number[] = []
      for await (const block of blocks) values.push(...block)
      const numbers = Float32Array.from(values)
      const feature: Feature = {
        frames: numbers.length / bands,
        seconds: Number.NaN,
        notes: [],
        bands,
        read: (start, count) => numbers.slice(start * bands, (start + count) * bands),
        summary: {
          count: numbers.length,
          sum: numbers.reduce((sum, value) => sum + value, 0),
          sumOfSquares: numbers.reduce((sum, value) => sum + value * value, 0),
        },
        close: () => {},
      }
      features.set(key, feature)
      written.push(key)
      return feature
    },
  }
}

/** A pool that runs tasks here, one at a time a worker, after a delay of its own choosing. */
export function herePool({ workers = 2, delay = () => Promise.resolve() as Promise<unknown> } = {}): Pool {
  const runners = new Map<Setup, TaskRunner>()
  const store = memoryStore()
  const runnerOf = (setup: Setup) => {
    const runner = runners.get(setup) ?? new TaskRunner(setup, stages, store)
    runners.set(setup, runner)
    return runner
  }
  return {
    workers,
    queued: 0,
    prepare: async (setup, clip) => {
      await delay()
      return runnerOf(setup).prepare(clip)
    },
    evaluate: async (setup, items) => {
      await delay()
      return runnerOf(setup).evaluate(items)
    },
    close: async () => {},
  }
}

export function setupOf(graph: CheckedGraph, clips: Clip[], cacheFolder: string): Setup {
  return {
    evaluation: evaluationOf(graph, clips),
    layouts: batchLayouts(graph),
    cacheFolder,
    stagesModule: STAGES_MODULE,
  }
}
