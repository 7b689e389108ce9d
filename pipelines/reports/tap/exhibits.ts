/** What leaves a node for the first clips of a run: values, and for patches where in the clip they were cut. */
import type { CheckedGraph, CheckedNode } from '../../../graphs/language/checked.js'
import { laneOf, lanesOf } from '../../../graphs/language/lift.js'
import { activityOf } from '../../../graphs/streams/activity.js'
import { Evaluator, type FeatureStore, type Stages } from '../../../graphs/streams/evaluate.js'
import { laneOfValue } from '../../../graphs/streams/lanes.js'
import { batchNodes, batchSize } from '../../../graphs/streams/layout.js'
import type { Item } from '../../../graphs/streams/node-work.js'
import type { Prepared } from '../../../graphs/streams/prepare.js'
import { sourceOrder } from '../../../graphs/streams/source-order.js'
import { type ActivityPort, type IndicesPort, innermost, type PatchPort, type Port } from '../../../stages/ports.js'
import type { Clip, Excerpt, LogMel, Waveform } from '../../../stages/values.js'
import { channelOf } from '../../../stages/views/stack.js'
import { cutterOf, nearestAbove, WatchedStore } from './cuts.js'
import { activityInWords, activityMask, maskOnPatch } from './mask-on-patch.js'
import type { Cut } from './written.js'

/** Part of a sound, mono. */
export interface Sound {
  samples: Float32Array
  rate: number
  /** False if it is only the beginning of a longer one. */
  whole: boolean
}

export interface Exhibit {
  /** Side of a pair, or number of a channel. */
  lane?: string | undefined
  port: Port
  value: unknown
  cut?: Cut | undefined
  /** What is heard at that place, or the value itself where it is sound. */
  sound?: Sound | undefined
  /** In words, beside the picture. */
  said?: string
  /** One of several channels of a patch, whose bands need not be those of the others. */
  stacked?: true
}

export interface Shown {
  item: Item
  clip: Clip
  exhibits: Exhibit[]
  /** Why training drops it; then nothing is shown. */
  failure?: string | undefined
  /** The spectrogram that the patches were cut from. */
  mel?: LogMel | undefined
  /** The sound of the whole clip. */
  sound?: Sound | undefined
}

export interface Tapped {
  node: CheckedNode
  lane?: string | undefined
}

export interface ShowOptions extends Tapped {
  graph: CheckedGraph
  stages: Stages
  prepared: Prepared
  store: FeatureStore
  seed: number
  count: number
}

/** Seconds of a sound that are kept. */
const MOST = 60

/** The items that training would see first, evaluated by the same code with the same draws. */
export async function* show(options: ShowOptions): AsyncGenerator<Shown> {
  const { graph, stages, prepared, seed, count, node, lane } = options
  const { clips, nodes, statistics } = prepared
  const keys = Object.fromEntries(Object.entries(nodes).map(([id, { keys }]) => [id, keys]))
  const store = new WatchedStore(options.store)
  const evaluator = new Evaluator({ graph, seed, clips, keys, statistics }, stages, store)
  const durations = () => Object.values(nodes)[0]?.seconds ?? []
  const batch = batchNodes(graph).length > 0 ? batchSize(graph) : 1
  const activity = activityOf(prepared, graph)
  const items = sourceOrder({ graph, stages, clips, durations, activity, seed, batch })(0).slice(0, count)
  const wave = nearestAbove(graph, node.id, ({ out }) => innermost(out).kind === 'waveform')
  const nodeOf = (id: string) => graph.nodes.find(other => other.id === id)!
  const one = async (id: string, item: Item) => (await evaluator.values([id], item))[id]

  const exhibitsOf = async (item: Item): Promise<Omit<Shown, 'item' | 'clip'>> => {
    const exhibits = await onPatches(sidesOf(node.out, await one(node.id, item), lane), item)
    const [heard] = wave ? ([await one(wave.id, item)].flat() as Waveform[]) : [] // of several channels the first
    let mel: LogMel | undefined
    for (const exhibit of exhibits) {
      exhibit.sound = await soundOf(exhibit)
      const cutter = exhibit.port.kind === 'patch' ? cutterOf(graph, node.id, exhibit.lane?.split('.')[0]) : undefined
      if (!cutter) continue
      store.forget()
      await one(cutter.node.id, item)
      const reads = store.reads.filter(({ key }) => key === keys[cutter.mel.node]?.[item.clip])
      const read = reads[cutter.which]
      if (!read || reads.length !== cutter.patches) continue
      const kept = await one(cutter.mel.node, item)
      mel = (cutter.mel.lane ? laneOfValue(kept, cutter.mel.lane) : kept) as LogMel
      const { hop, rate } = exhibit.port as PatchPort
      const first = read.start % mel.frames // channels are kept one after the other
      const [start, end] = [(first * hop) / rate, ((first + read.count) * hop) / rate]
      exhibit.cut = { node: cutter.node.id, start, end }
      exhibit.sound = heard && { ...(await stretch(heard, start, end)), whole: true }
    }
    const clipIsShown = mel || exhibits.some(({ port }) => port.kind === 'logmel')
    return { exhibits, mel, sound: heard && clipIsShown ? await stretch(heard, 0, MOST) : undefined }
  }

  /** Masks, and the frames in which something is heard, on the patches that they belong to; all else as it is. */
  const onPatches = async (exhibits: Exhibit[], item: Item): Promise<Exhibit[]> => {
    let { from } = node.inputs
    // of a mask made from another one the patch is that of the first
    while (from && innermost(from.port).kind === 'indices') from = nodeOf(from.node).inputs.from
    if (!from || !['indices', 'activity'].includes(innermost(node.out).kind)) return exhibits
    const patches = sidesOf(from.port, await one(from.node, item), from.lane ?? lane)
    return exhibits.map((exhibit, at) => {
      const [{ port, value }, numbers] = [patches[at]!, exhibit.value as Float32Array]
      const [own, patch] = [exhibit.port as IndicesPort | ActivityPort, port as PatchPort]
      if (own.kind === 'indices')
        return { ...exhibit, port, value: maskOnPatch(value as Float32Array, patch, numbers, own) }
      const heard = activityMask(numbers, own)
      const seen = maskOnPatch(value as Float32Array, patch, heard.mask, heard.port)
      return { ...exhibit, port, value: seen, said: activityInWords(numbers, own, node.parameters.classes as string[]) }
    })
  }

  for (const item of items) {
    const clip = clips[item.clip]!
    try {
      yield { item, clip, ...(await exhibitsOf(item)) }
    } catch (error) {
      yield { item, clip, exhibits: [], failure: (error as Error).message }
    }
  }
}

/** Each side of a pair, each channel, each channel of a side (`a.1`), also those of a patch. */
export function sidesOf(port: Port, value: unknown, lane?: string): Exhibit[] {
  if (port.kind === 'patch' && port.channels) {
    const { channels, ...plain } = port
    return Array.from({ length: channels }, (_, at) => ({
      ...{ lane: String(at + 1), port: plain, stacked: true },
      value: channelOf(value as Float32Array, at, channels),
    }))
  }
  const lanes = lanesOf(port)
  if (lanes.length === 0) return [{ port, value }]
  const side = laneOf(port)!
  return lanes
    .filter(name => lane === undefined || name === lane)
    .flatMap(name =>
      sidesOf(side, laneOfValue(value, name)).map(inner => ({
        ...inner,
        lane: inner.lane === undefined ? name : `${name}.${inner.lane}`,
      })),
    )
}

/** A value that can be heard as it is. */
async function soundOf({ port, value }: Exhibit): Promise<Sound | undefined> {
  if (port.kind === 'excerpt') return { samples: value as Excerpt, rate: port.rate, whole: true }
  return port.kind === 'waveform' || port.kind === 'recording' ? stretch(value as Waveform, 0, MOST) : undefined
}

/** The samples from one time to another, as far as there are any. */
async function stretch(wave: Waveform, start: number, end: number): Promise<Sound> {
  const [from, to] = [Math.round(start * wave.rate), Math.round(end * wave.rate)]
  const samples = new Float32Array(to - from)
  let at = 0
  let more = false
  for await (const block of wave.blocks()) {
    const first = Math.max(0, from - at)
    const last = Math.min(block.length, to - at)
    if (last > first) samples.set(block.subarray(first, last), at + first - from)
    more = at + block.length > to
    at += block.length
    if (more) break
  }
  return { samples: samples.subarray(0, Math.max(0, Math.min(at, to) - from)), rate: wave.rate, whole: !more }
}
