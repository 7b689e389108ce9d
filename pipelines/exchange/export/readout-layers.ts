/** What a readout takes of a patch, as operations of a graph, and what whoever makes clips of it has to know. */
import { type Fitted, fittedSize } from '../../../graphs/readout/fit.js'
import type { ReadoutPlan } from '../../../graphs/readout/plan.js'
import { BELOW, offsetBands } from '../../../graphs/readout/sounding.js'
import { type Graph, NO_PADDING, type Value } from './graph.js'

export interface ReadoutCard {
  /** Shapes of what comes out for a patch: layer after layer, each frames x bands x channels. */
  layers: readonly { name: string; frames: number; bands: number; channels: number }[]
  time: readonly string[]
  parts: number
  /** A frame at the ends of a sound is silence if it lies so far below the loudest. */
  silence: number
  /** The fitted step: means, deviations, then the rows of the components if there are some; float32, base64. */
  fitted?: string
}

/** @param factor of the normalisation of spectrograms */
export function readoutCard(
  { readout: { time, parts }, layers, dimensions }: ReadoutPlan,
  fitted: Fitted | undefined,
  factor: number,
): { readout: ReadoutCard; embedding: number } {
  const card = { layers, time, parts, silence: BELOW * factor }
  if (!fitted) return { readout: card, embedding: dimensions }
  const numbers = ['mean', 'deviation', 'components'].flatMap(name => fitted.get(name)?.data ?? [])
  const bytes = Buffer.concat(
    numbers.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
  )
  return { readout: { ...card, fitted: bytes.toString('base64') }, embedding: fittedSize(fitted) }
}

/** The layers, then how loud each frame of the patch is: that of its loudest band. */
export function readLayers(
  graph: Graph,
  image: Value,
  found: ReadonlyMap<string, Value>,
  { layers }: Pick<ReadoutPlan, 'layers'>,
): Value {
  const flat = layers.map(({ name, bands }) => graph.flat(grouped(graph, found.get(name)!, bands)))
  return graph.concat([...flat, graph.flat(graph.reduce(audible(graph, image), 'max', ['width']))])
}

/** The bands that tell sound from silence: a filter that is 1 at its end moves them to the beginning. */
function audible(graph: Graph, image: Value): Value {
  const lowest = offsetBands(image.shape[1]!)
  const data = new Float32Array(lowest + 1)
  data[lowest] = 1
  const filter = { shape: [1, lowest + 1, 1, 1], data }
  return graph.convolution(image, filter, undefined, { stride: [1, 1], padding: NO_PADDING })
}

/** The mean over neighbouring bands. */
function grouped(graph: Graph, map: Value, bands: number): Value {
  const [, all, channels] = map.shape as [number, number, number]
  const group = all / bands
  if (group === 1) return map
  const taps = { shape: [1, group, channels], data: new Float32Array(group * channels).fill(1 / group) }
  return graph.depthwise(map, taps, { stride: [1, group], padding: NO_PADDING })
}
