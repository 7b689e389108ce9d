/** What one item of a port is as numbers: the shape of its tensor, without the axis of the batch. */
import { LANES, type Lane, type Port } from '../../stages/ports.js'

/** `only` where no pair arrives. */
export type LaneName = Lane | 'only'

export interface ItemShape {
  /** The two sides of a pair are two tensors; channels are one. */
  lanes: readonly LaneName[]
  /** Of one lane: patch [frames, bands] or [frames, bands, channels], excerpt [samples], label [classes], activity [frames, classes], levels [channels], embedding [size], indices [all], codes [count], channels [count, ...]. */
  shape: readonly number[]
}

/** `undefined` for what has no fixed size, and so cannot be gathered to batches: clips, waveforms, spectrograms. */
export function itemShape(port: Port): ItemShape | undefined {
  if (port.kind === 'batch') return itemShape(port.of)
  const shape = shapeOf(port.kind === 'pair' ? port.of : port)
  return shape && { lanes: port.kind === 'pair' ? LANES : ['only'], shape }
}

function shapeOf(port: Port): number[] | undefined {
  switch (port.kind) {
    case 'patch':
      return [port.frames, port.bands, ...(port.channels ? [port.channels] : [])]
    case 'excerpt':
      return [port.samples]
    case 'label':
      return [port.classes]
    case 'activity':
      return [port.frames, port.classes]
    case 'levels':
      return [port.count]
    case 'embedding':
      return [port.size]
    case 'indices':
      return [port.times * port.bins]
    case 'codes':
      return [port.count]
    case 'channels': {
      const inner = shapeOf(port.of)
      return inner && [port.count, ...inner]
    }
    default:
      return undefined
  }
}

/** Numbers in a shape. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1)
