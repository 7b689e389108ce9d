/**
 * What a forward pass is made of, whatever format it is written in. Encoders and the front end call these operations
 * once, with their weights; a format makes its nodes of them.
 */
import type { StoredTensor } from '../../../engine/weights.js'

/** Something that flows in the graph. */
export interface Value {
  name: string
  /** Of one example: [height, width, channels] of an image, [height, channels] of a sequence, [size] of a vector. */
  shape: readonly number[]
}

/** Rows or columns of zeros around an image. */
export interface Padding {
  top: number
  bottom: number
  left: number
  right: number
}

export type Sides = readonly [height: number, width: number]

export interface Windows {
  stride: Sides
  padding: Padding
}

export type Elementwise = 'relu' | 'sigmoid' | 'tanh'
export type Arithmetic = 'add' | 'multiply' | 'subtract'

/** log(power + floor) * factor + shift of sound, frame by frame; matrices in float64, row-major. */
export interface LogMel {
  /** Samples of a frame, and from one to the next. */
  window: number
  hop: number
  frames: number
  /** Real and imaginary parts of the bins. */
  parts: number
  bands: number
  /** [window, parts]: what samples are multiplied with. */
  spectrum: Float64Array
  /** [parts, bands]: what the squares are multiplied with. */
  bank: Float64Array
  floor: number
  factor: number
  shift: number
}

export interface Graph {
  /** The sound that goes in as an image [frames, bands, 1], in as many digits as the format's runtimes have. */
  logMel(front: LogMel): Value
  /** @param filter [height, width, in, out] @param bias [out] */
  convolution(x: Value, filter: StoredTensor, bias: Float32Array | undefined, windows: Windows): Value
  /** Each channel by its own taps. @param taps [height, width, channels] */
  depthwise(x: Value, taps: StoredTensor, windows: Windows): Value
  /** Of an image without negative numbers: zeros outside are then never above the maximum. */
  maxPool(x: Value, size: Sides, windows: Windows): Value
  elementwise(x: Value, operation: Elementwise): Value
  /** x * factor + shift, one number each. */
  affine(x: Value, factor: number, shift: number): Value
  /** Two of one shape. */
  arithmetic(operation: Arithmetic, a: Value, b: Value): Value
  /** Over `height`, `width` or both, which go. */
  reduce(x: Value, operation: 'mean' | 'max', axes: readonly ('height' | 'width')[]): Value
  /** Each row of an image as a vector, columns after columns: [height, width, channels] to height times [width * channels]. */
  rows(x: Value): Value[]
  /** An image or a sequence as a vector, row by row, channels last. */
  flat(x: Value): Value
  /** @param weight [in, out] @param bias [out] */
  dense(x: Value, weight: StoredTensor, bias: Float32Array): Value
  concat(vectors: readonly Value[]): Value
  /** `count` numbers of a vector from `start`. */
  slice(x: Value, start: number, count: number): Value
}

export const NO_PADDING: Padding = { top: 0, bottom: 0, left: 0, right: 0 }

export const evenly = (side: number): Padding => ({ top: side, bottom: side, left: side, right: side })

/** Height and width of what windows make of an image; what does not fill a window is dropped. */
export function windowed([height, width]: readonly number[], size: Sides, { stride, padding }: Windows): Sides {
  const { top, bottom, left, right } = padding
  return [
    Math.floor((height! + top + bottom - size[0]) / stride[0]) + 1,
    Math.floor((width! + left + right - size[1]) / stride[1]) + 1,
  ]
}

/** The shape that is left when height, width or both of an image go, or the height of a sequence. */
export function reduced(shape: readonly number[], axes: readonly ('height' | 'width')[]): number[] {
  return shape.filter((_, at) => !(at === 0 && axes.includes('height')) && !(at === 1 && axes.includes('width')))
}
