/** What a stream has to give, worked out plainly: one item after the other, no pool, no permits, nothing at once. */
import type { CheckedGraph, CheckedNode } from '../../../graphs/language/checked.js'
import { bankOf } from '../../../graphs/streams/banks.js'
import { keyedDraws } from '../../../graphs/streams/draws.js'
import type { Batch } from '../../../graphs/streams/gather.js'
import { laneOfValue } from '../../../graphs/streams/lanes.js'
import type { Item } from '../../../graphs/streams/node-work.js'
import { sourceOrder } from '../../../graphs/streams/source-order.js'
import type { ItemStage } from '../../../stages/contract.js'
import type { Port } from '../../../stages/ports.js'
import type { Clip, Pair } from '../../../stages/values.js'
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
  const order = sourceOrder({ graph, stages, clips, durations: () => [], activity: () => [], seed, batch: size })
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
      return name === 'only' ? numbersOf(value) : numbersOf((value as Pair<unknown>)[name as 'a'])
    })
  const lanes = (output: number) => ('a' in (rows[0]!.values[output] as object) ? ['a', 'b'] : ['only'])
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
  const valueAt = async (id: string, lane: string | undefined, of: Item): Promise<unknown> => {
    const whole = await nodeAt(nodes.get(id)!, of)
    return lane ? laneOfValue(whole, lane) : whole
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
    const run = async (lane?: string) => {
      const key = of.occurrence === 0 ? clip.id : `${clip.id}\u0001${of.occurrence}`
      const drawLane = node.draws === 'shared' || !lane ? '' : lane
      const item = {
        clip,
        count: () => {},
        rng: keyedDraws({ seed, node: node.id, lane: drawLane, epoch: of.epoch, item: key }),
      }
      const given: Record<string, unknown> = {}
      for (const [name, input] of Object.entries(node.inputs)) {
        if (input.bank) {
          const other = (position: number) => valueAt(input.node, input.lane, { ...of, clip: position })
          given[name] = bankOf(clips, other, { mean: MEAN, deviation: 2 })
        } else {
          const value = await valueAt(input.node, input.lane, of)
          given[name] = lane && lanesIn(input.port) ? laneOfValue(value, lane) : value
        }
      }
      const ports = Object.fromEntries(
        Object.entries(node.inputs).map(([name, { port }]) => [name, lane && 'of' in port ? port.of : port]),
      )
      return work(node.parameters, { ...ports, out: node.out })({ ...given, ...item })
    }
    const lanes = Object.values(node.inputs).flatMap(({ port, bank }) => (bank ? [] : (lanesIn(port) ?? [])))
    if (!node.lifted) return readBack(node.out, await run())
    const values = []
    for (const lane of new Set(lanes)) values.push(readBack(node.out, await run(lane)))
    const all = await Promise.all(values)
    return lanes[0] === 'a' ? { a: all[0], b: all[1] } : all
  }
  try {
    const values: unknown[] = []
    for (const { inputs } of outputs) values.push(await valueAt(inputs.from!.node, inputs.from!.lane, item))
    return values
  } catch {
    return undefined
  }
}

const lanesIn = ({ kind }: Port): string[] | undefined =>
  kind === 'pair' ? ['a', 'b'] : kind === 'channels' ? ['1', '2'] : undefined

/** Numbers of a patch, or of all channels one after the other. */
const numbersOf = (value: unknown): number[] =>
  Array.isArray(value) ? value.flatMap(numbersOf) : Array.from(value as Float32Array)

/** What is on its way into the cache, as it is read from there; other values as they are. */
async function readBack(port: Port, value: unknown): Promise<unknown> {
  if (Array.isArray(value)) return Promise.all(value.map(part => readBack(port, part)))
  if (typeof value !== 'object' || value === null || !('blocks' in value)) return value
  const { bands, blocks } = value as { bands: number; blocks(): AsyncIterable<Float32Array> }
  const numbers: number[] = []
  for await (const block of blocks()) numbers.push(...block)
  const read = (start: number, count: number) =>
    Float32Array.from(numbers.slice(start * bands, (start + count) * bands))
  const frames = numbers.length / bands
  return { frames, samples: frames, rate: 1000, bands, read, blocks }
}
