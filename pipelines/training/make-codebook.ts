/** The codebook that a node `quantise` of a config asks for: k-means of what reaches it. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { concatMap, lastValueFrom } from 'rxjs'
import { Problem } from '../../data/problem.js'
import { makeFolder, writeWhole } from '../../data/whole-file.js'
import { decodeSafetensors, encodeSafetensors } from '../../engine/safetensors.js'
import type { CheckedGraph, CheckedNode } from '../../graphs/language/checked.js'
import { upTo } from '../../graphs/language/up-to.js'
import { streamBatches } from '../../graphs/streams/batches.js'
import { streamOf } from '../../graphs/streams/draws.js'
import type { Batch } from '../../graphs/streams/gather.js'
import { openPool } from '../../graphs/streams/pool.js'
import { innermost, type Port } from '../../stages/ports.js'
import { joined } from '../../stages/sample-arrays.js'
import type { Config } from '../configuration/config.js'
import { readInPool } from '../embeddings/read-sounds.js'
import { findCheckpoint } from '../model/checkpoint.js'
import { startTrainer, type TrainerThread } from '../model/trainer-thread.js'
import { kMeans, spreadCentres } from '../statistics/k-means.js'
import type { Matrix } from '../statistics/products.js'
import { trainingClips } from './training-data.js'

export interface CodebookOptions {
  config: Config
  /** Id of the node; the only one with a codebook if absent. */
  node?: string | undefined
  /** Most vectors, drawn evenly from all batches. */
  vectors: number
  batches: number
  /** Most rounds of k-means. */
  rounds: number
  cache: string
  signal: AbortSignal
}

export interface Codebook {
  node: string
  file: string
  codes: number
  size: number
  vectors: number
  /** Squared distance to the nearest code over that to the mean of all, from 0 to 1. */
  left: number
  rounds: number
}

/** @throws Problem `no-codebook-asked`, `too-few-vectors`; the signal's reason once it is aborted */
export async function makeCodebook(options: CodebookOptions): Promise<Codebook> {
  const { config, rounds } = options
  const node = codebookNode(config.graph, options.node)
  const { codes, file } = node.parameters as { codes: number; file: string }
  const vectors = await vectorsOf(node, options)
  if (vectors.rows < codes)
    throw new Problem('too-few-vectors', `${vectors.rows} vectors make no ${codes} codes.`, {
      hint: `Ask for more with --batches and --vectors, or for fewer codes at '${node.id}'.`,
    })
  const start = spreadCentres(vectors, codes, streamOf(`${config.train.seed}\u0000codebook\u0000${node.id}`))
  const { centres, inertia, rounds: done } = kMeans(vectors, start, rounds)
  const { inertia: all } = kMeans(vectors, meanOf(vectors), 1)
  const stored = { shape: [codes, vectors.columns], data: Float32Array.from(centres.values) }
  const about = { config: config.name, node: node.id, vectors: String(vectors.rows) }
  makeFolder(dirname(file))
  writeWhole(file, encodeSafetensors(new Map([['codebook', stored]]), about))
  const { rows, columns: size } = vectors
  return { node: node.id, file, codes, size, vectors: rows, left: all > 0 ? inertia / all : 0, rounds: done }
}

/** @throws Problem `no-codebook-asked` */
export function codebookNode({ nodes }: CheckedGraph, id?: string): CheckedNode {
  const asking = nodes.filter(({ stage, parameters }) => stage === 'quantise' && parameters.kind === 'codebook')
  const found = id === undefined ? asking : asking.filter(node => node.id === id)
  if (found.length === 1) return found[0]!
  const which = id === undefined ? `${asking.length === 0 ? 'No' : 'More than one'} node` : `No node '${id}'`
  throw new Problem('no-codebook-asked', `${which} asks for a codebook.`, {
    hint:
      asking.length > 0
        ? `Name one with --node: ${asking.map(({ id }) => id).join(', ')}.`
        : 'Write one: { stage: quantise, kind: codebook, file: codes.safetensors, codes: 512, ... }',
  })
}

/** Nothing but an earlier codebook is written over. @throws Problem `other-kind` */
export function demandCodebook(file: string): void {
  if (!existsSync(file) || holdsCodebook(file)) return
  throw new Problem('other-kind', `${file} is there already, and holds no codebook: it stays as it is.`, {
    hint: 'Name another file.',
  })
}

function holdsCodebook(file: string): boolean {
  try {
    return [...decodeSafetensors(readFileSync(file), file).tensors.keys()].join() === 'codebook'
  } catch {
    return false
  }
}

/** What reaches the node in the first batches, with the weights that training begins with; as many of each. */
async function vectorsOf(node: CheckedNode, options: CodebookOptions): Promise<Matrix> {
  const { config, vectors, batches, cache, signal } = options
  const { stages, streams, train, data } = config
  const { node: read, port } = node.inputs.from!
  const graph = upTo(config.graph, read)
  const { clips } = await trainingClips(data)
  const pool = openPool({ workers: streams.workers, threads: train.threads })
  const thread = graph.nodes.some(({ place }) => place === 'tensor') ? await startedThread(graph, config) : undefined
  try {
    const prepared = await readInPool(pool, { graph, clips, cacheFolder: cache, signal })
    const found: Float32Array[] = []
    const stream = streamBatches({ graph, stages, prepared, pool, seed: train.seed, steps: batches, signal })
    const work = async ({ values, items, release }: Batch) => {
      const made = values[read] ?? (await thread!.forward(read, values))
      const rows = vectorsIn(made.only!, innermost(port), items.length, node.parameters.patch as Piece | undefined)
      found.push(...evenly(rows, Math.ceil(vectors / batches)))
      release()
    }
    await lastValueFrom(stream.pipe(concatMap(work)))
    signal.throwIfAborted()
    return { rows: found.length, columns: found[0]!.length, values: Float64Array.from(joined(found)) }
  } finally {
    await thread?.close()
    await pool.close()
  }
}

async function startedThread(graph: CheckedGraph, { train }: Config): Promise<TrainerThread> {
  const { seed, threads, precision } = train
  const thread = await startTrainer({ graph, seed, threads, precision, train })
  for (const { id, weights } of graph.nodes)
    if (weights) await thread.takeNode(id, findCheckpoint(weights.run).tensors, weights.node)
  return thread
}

type Piece = readonly [frames: number, bands: number]

/** The tokens, or the pieces of the patches, of a batch. */
function vectorsIn(values: Float32Array, port: Port, count: number, piece: Piece | undefined): Float32Array[] {
  if (port.kind !== 'patch' || !piece) {
    const size = port.kind === 'tokens' ? port.size : values.length / count
    return Array.from({ length: values.length / size }, (_, at) => values.slice(at * size, (at + 1) * size))
  }
  const { frames, bands } = port
  const [long, high] = piece
  const across = bands / high
  return Array.from({ length: (count * frames * across) / long }, (_, at) => {
    const first = Math.floor(at / across) * long * bands + (at % across) * high
    return Float32Array.from(
      { length: long * high },
      (_, k) => values[first + Math.floor(k / high) * bands + (k % high)]!,
    )
  })
}

const evenly = <One>(all: readonly One[], count: number): One[] =>
  all.length <= count ? [...all] : Array.from({ length: count }, (_, at) => all[Math.floor((at * all.length) / count)]!)

function meanOf({ rows, columns, values }: Matrix): Matrix {
  const mean = new Float64Array(columns)
  for (let at = 0; at < values.length; at++) mean[at % columns]! += values[at]! / rows
  return { rows: 1, columns, values: mean }
}
