/** The embedding of a clip, a patch or a frame, from what the layers of an encoder make of overlapping patches. */
import { joined } from '../../stages/sample-arrays.js'
import type { ReadLayer, ReadoutPlan } from './plan.js'
import { type Patches, territories } from './territories.js'
import { TimeStatistics } from './time-statistics.js'

/** Reads a clip's patches in their order, and gives one embedding. */
export class ClipReadout {
  readonly #layers: readonly LayerReadout[]

  constructor(plan: ReadoutPlan, patches: Patches) {
    let at = 0
    this.#layers = plan.layers.map(layer => {
      const from = at
      at += layer.frames * layer.bands * layer.channels
      return new LayerReadout(layer, from, plan, territories(patches, layer.frames))
    })
  }

  /** @param values what the layers make of the patch with this number */
  add(patch: number, values: Float32Array): void {
    for (const layer of this.#layers) layer.add(patch, values)
  }

  /** Whether a layer has fewer frames than there are parts: parts then share them. */
  get crowded(): boolean {
    return this.#layers.some(({ statistics }) => statistics.crowded)
  }

  take(): Float32Array {
    return joined(this.#layers.map(layer => layer.statistics.take()))
  }
}

class LayerReadout {
  readonly statistics: TimeStatistics
  readonly #size: number
  #frame = 0

  constructor(
    { bands, channels }: ReadLayer,
    private readonly from: number,
    { readout: { time, parts } }: ReadoutPlan,
    private readonly territories: readonly (readonly [number, number])[],
  ) {
    this.#size = bands * channels
    const frames = territories.reduce((sum, [first, end]) => sum + end - first, 0)
    this.statistics = new TimeStatistics(this.#size, frames, { statistics: time, parts })
  }

  add(patch: number, values: Float32Array): void {
    const [first, end] = this.territories[patch]!
    for (let frame = first; frame < end; frame++)
      this.statistics.add(this.#frame++, values, this.from + frame * this.#size)
  }
}

export interface Frame {
  /** Frames of the front end, from the start of the patch. */
  from: number
  to: number
  embedding: Float32Array
}

/** Frames that a patch has in the coarsest layer. */
export const coarsest = ({ layers }: Pick<ReadoutPlan, 'layers'>): number =>
  Math.min(...layers.map(({ frames }) => frames))

/**
 * Frames of the coarsest layer; of finer layers, the mean over as many frames as go to one of these.
 *
 * @param length of a patch
 * @param territory those that count
 */
export function framesOf(
  plan: Pick<ReadoutPlan, 'layers'>,
  length: number,
  [first, end]: readonly [number, number],
  values: Float32Array,
): Frame[] {
  const count = coarsest(plan)
  return Array.from({ length: end - first }, (_, at) => {
    const frame = first + at
    let from = 0
    const parts = plan.layers.map(({ frames, bands, channels }) => {
      const size = bands * channels
      const start = Math.floor((frames * frame) / count)
      const mean = meanOfRows(values, from, size, start, Math.floor((frames * (frame + 1)) / count))
      from += frames * size
      return mean
    })
    const place = (at: number) => (at * length) / count
    return { from: place(frame), to: place(frame + 1), embedding: joined(parts) }
  })
}

function meanOfRows(values: Float32Array, from: number, size: number, first: number, end: number): Float32Array {
  return Float32Array.from({ length: size }, (_, at) => {
    let sum = 0
    for (let row = first; row < end; row++) sum += values[from + row * size + at]!
    return sum / (end - first)
  })
}
