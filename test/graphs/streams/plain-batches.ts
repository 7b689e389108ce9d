/** What a stream has to give, worked out plainly: one item after the other, no pool, no permits, nothing at once. */
import type { CheckedGraph, CheckedNode } from '../../../graphs/language/checked.js'
import { bankOf } from '../../../graphs/streams/banks.js'
import { keyedDraws } from '../../../graphs/streams/draws.js'
import type { Batch } from '../../../graphs/streams/gather.js'
import type { Item } from '../../../graphs/streams/node-work.js'
import { sourceOrder } from '../../../graphs/streams/source-order.js'
import type { ItemStage } from '../../../stages/contract.js'
import type { Clip, LogMel, Pair } from '../../../stages/values.js'
import { stages } from './fake-graphs.js'
import type { RandomGraph } from './random-graphs.js'

export interface PlainBatch {
  clips: string[]
  /** By batch node and lane. */
  values: Record<string, Record<string, number[]>>
}

export interface Plain {
  batches: PlainBatch[]
  /** Items refused before the last batch, as `clip epoch position`. */
  dropped: string[]
  /** An epoch filled no batch. */
  stuck: boolean
}

const MEAN = 10

/** A batch of a stream in the same shape. */
export const plainly = ({ values, items }: Batch): PlainBatch => ({
  clips: items.map(({ clip }) => clip),
  values: Object.fromEntries(
    Object.entries(values).map(([id, lanes]) => [
      id,
      Object.fromEntries(Object.entries(lanes).map(([lane, numbers]) => [lane, Array.from(numbers)])),
    ]),
  ),
})

export async function plainBatches(given: RandomGraph, seed: number, steps: number): Promise<Plain> {
  const { graph, clips, size } = given
  const order = sourceOrder({ graph, stages, clips, durations: () => [], seed, batch: size })
  const outputs = graph.nodes.filter(({ place }) => place === 'batch')
  const plain: Plain = { batches: [], dropped: [], stuck: false }
  for (let epoch = 0; plain.batches.length < steps; epoch++) {
    const before = plain.batches.length
    let rows: { clip: string; values: unknown[] }[] = []
    let dropped: string[] = []
    for (const item of order(epoch)) {
      const clip = clips[item.clip]!.id
      const values = await valuesOf(graph, clips, outputs, item, seed)
      if (!values) dropped.push(`${clip} ${epoch} ${item.position}`)
      else if (!rows.some(row => row.clip === clip)) rows.push({ clip, values })
      if (rows.length < size) continue
      plain.batches.push(gathered(outputs, rows))
      plain.dropped.push(...dropped)
      rows = []
      dropped = []
      if (plain.batches.length === steps) return plain
    }
    if (plain.batches.length === before) {
      plain.dropped.push(...dropped)
      return { ...plain, stuck: true }
    }
  }
  return plain
}

function gathered(outputs: readonly CheckedNode[], rows: readonly { clip: string; values: unknown[] }[]): PlainBatch {
  const lane = (output: number, name: string) =>
    rows.flatMap(({ values }) => {
      const value = values[output]
      return Array.from(name === 'only' ? (value as Float32Array) : (value as Pair<Float32Array>)[name as 'a'])
    })
  const lanes = (output: number) => (rows[0]!.values[output] instanceof Float32Array ? ['only'] : ['a', 'b'])
  return {
    clips: rows.map(({ clip }) => clip),
    values: Object.fromEntries(
      outputs.map(({ id }, i) => [id, Object.fromEntries(lanes(i).map(name => [name, lane(i, name)]))]),
    ),
  }
}

/** Undefined if a stage refuses the item. */
async function valuesOf(
  graph: CheckedGraph,
  clips: readonly Clip[],
  outputs: readonly CheckedNode[],
  item: Item,
  seed: number,
): Promise<unknown[] | undefined> {
  const nodes = new Map(graph.nodes.map(node => [node.id, node]))
  const valueAt = async (id: string, lane: 'a' | 'b' | undefined, of: Item): Promise<unknown> => {
    const whole = await nodeAt(nodes.get(id)!, of)
    return lane ? (whole as Pair<unknown>)[lane] : whole
  }
  const known = new Map<string, Promise<unknown>>()
  const nodeAt = (node: CheckedNode, of: Item): Promise<unknown> => {
    const name = `${node.id} ${of.clip}`
    if (!known.has(name)) known.set(name, worked(node, of))
    return known.get(name)!
  }
  const worked = async (node: CheckedNode, of: Item): Promise<unknown> => {
    const clip = clips[of.clip]!
    if (node.place === 'source') return clip
    const { work } = stages.get(node.stage) as ItemStage
    const run = async (lane?: 'a' | 'b') => {
      const key = of.occurrence === 0 ? clip.id : `${clip.id}\u0001${of.occurrence}`
      const drawLane = node.draws === 'shared' || !lane ? '' : lane
      const item: Record<string, unknown> = {
        clip,
        rng: keyedDraws({ seed, node: node.id, lane: drawLane, epoch: of.epoch, item: key }),
      }
      for (const [name, input] of Object.entries(node.inputs)) {
        if (input.bank) {
          const other = (position: number) => valueAt(input.node, input.lane, { ...of, clip: position })
          item[name] = bankOf(clips, other, { mean: MEAN, deviation: 2 })
        } else {
          const value = await valueAt(input.node, input.lane, of)
          item[name] = lane && input.port.kind === 'pair' ? (value as Pair<unknown>)[lane] : value
        }
      }
      const ports = Object.fromEntries(
        Object.entries(node.inputs).map(([name, { port }]) => [name, lane && port.kind === 'pair' ? port.of : port]),
      )
      return work(node.parameters, { ...ports, out: node.out })(item as never)
    }
    if (node.stage === 'ramp') return frames(await run())
    return node.lifted ? { a: await run('a'), b: await run('b') } : run()
  }
  try {
    const values: unknown[] = []
    for (const { inputs } of outputs) values.push(await valueAt(inputs.from!.node, inputs.from!.lane, item))
    return values
  } catch {
    return undefined
  }
}

/** A spectrogram on its way into the cache, read back. */
async function frames(stream: unknown): Promise<LogMel> {
  const { bands, blocks } = stream as { bands: number; blocks(): AsyncIterable<Float32Array> }
  const numbers: number[] = []
  for await (const block of blocks()) numbers.push(...block)
  const read = (start: number, count: number) =>
    Float32Array.from(numbers.slice(start * bands, (start + count) * bands))
  return { frames: numbers.length / bands, bands, read }
}
