/** What halves time and frequency between two blocks, after Fonseca, Ferraro and Serra (arXiv 2107.00623), section 3. */
import type { Engine, Initial, Scope, Tensor } from '../../../engine/engine.js'
import { normal } from '../../../engine/layers/initial.js'

export const DOWNSAMPLINGS = ['max', 'blur', 'tlpf', 'aps', 'aps+blur', 'aps+tlpf'] as const
export const CRITERIA = ['l1', 'matrix'] as const

export interface Downsampling {
  /**
   * max: 2 x 2 windows side by side. All others: the maximum of 2 x 2 windows at stride 1, then a low-pass filter
   * (blur: binomial and fixed; tlpf: learnt), and every second row and column: the even ones, or those of adaptive
   * polyphase sampling (aps). Behind the binomial filter (aps+blur) little chooses: its even and its odd taps have one
   * sum, so that the four grids of a rectified map have one l1 norm but for the edges.
   */
  kind: (typeof DOWNSAMPLINGS)[number]
  /**
   * Which norm chooses the grid: l1 over all, as the paper has it, or that which the authors' code computes: tf.norm of a
   * matrix, positions x channels, the sum over positions and the maximum over channels.
   */
  criterion?: (typeof CRITERIA)[number] | undefined
  /** Taps of the filter along each axis. */
  kernel: number
  /** What learnt filters start from: N(0, 0.01) before the soft-max, which is nearly an average; or the binomial filter. */
  taps: 'random' | 'binomial'
  padding: 'zeros' | 'circular'
}

/**
 * Halves [batch, height, width, channels], rounding up. Odd images are mirrored to even ones before adaptive polyphase
 * sampling; circular padding takes even images only.
 */
export function downsampler(
  engine: Engine,
  scope: Scope,
  { kind, criterion, kernel, taps, padding }: Downsampling,
  channels: number,
): (x: Tensor) => Tensor {
  const { operations } = engine
  if (kind === 'max') return x => operations.maxPool(evened(engine, x, 'lowest'), { size: 2, stride: 2 })
  const circular = padding === 'circular'
  const densely = (x: Tensor) => operations.slidingMax(x, { size: 2, padding: circular ? 'circular' : 'lowest' })
  const adaptively = (x: Tensor) => operations.polyphase(evened(engine, x, 'reflect'), criterion)
  if (kind === 'aps') return x => adaptively(densely(x))
  const learnt = kind !== 'blur' && kind !== 'aps+blur'
  const filter = learnt
    ? learntFilter(engine, scope, { kernel, channels, taps })
    : fixedFilter(engine, kernel, channels)
  const stride = kind.startsWith('aps') ? 1 : 2
  const filtered = (x: Tensor) => {
    const wide = circular ? operations.pad(x, around(kernel, stride), 'circular') : x
    const settings = { stride, padding: circular ? 'valid' : 'same', filterGradient: learnt } as const
    return operations.depthwise(wide, filter(), settings)
  }
  return stride === 1 ? x => adaptively(filtered(densely(x))) : x => filtered(densely(x))
}

/** One more row or column at the end of an odd image. */
function evened({ operations }: Engine, x: Tensor, padding: 'lowest' | 'reflect'): Tensor {
  const [, height, width] = x.shape as [number, number, number, number]
  return operations.pad(x, [0, height % 2, 0, width % 2], padding)
}

/** As much as zeros are put around an even image: see `depthwise`. */
function around(kernel: number, stride: number): [number, number, number, number] {
  const whole = kernel - stride
  const before = Math.floor(whole / 2)
  return [before, whole - before, before, whole - before]
}

/** The taps [kernel, kernel, channels] of a trainable low-pass filter: soft-max over each channel's, so positive and of sum 1. */
export function learntFilter(
  { tf }: Engine,
  scope: Scope,
  { kernel, channels, taps }: { kernel: number; channels: number; taps: 'random' | 'binomial' },
): () => Tensor {
  const initial = taps === 'random' ? normal(0.01) : ofChannels(binomial(kernel).map(Math.log), channels)
  const weight = scope.weight('taps', [kernel, kernel, channels], initial)
  return () => {
    const ofChannels = tf.transpose(tf.reshape(weight.read(), [kernel * kernel, channels]))
    return tf.reshape(tf.transpose(tf.softmax(ofChannels)), [kernel, kernel, channels])
  }
}

function fixedFilter({ tf }: Engine, kernel: number, channels: number): () => Tensor {
  const row = binomial(kernel)
  const numbers = row.flatMap(tap => new Array<number>(channels).fill(tap))
  const taps = tf.keep(tf.tensor3d(numbers, [kernel, kernel, channels]))
  return () => taps
}

const ofChannels =
  (taps: readonly number[], channels: number): Initial =>
  size =>
    Float32Array.from({ length: size }, (_, index) => taps[Math.floor(index / channels)]!)

/** The outer product of a row of Pascal's triangle with itself, of sum 1, row by row: 5 gives [1, 4, 6, 4, 1] / 16. */
function binomial(kernel: number): number[] {
  let row = [1]
  while (row.length < kernel) row = [...row, 0].map((tap, index) => tap + (row[index - 1] ?? 0))
  const sum = 2 ** (kernel - 1)
  return row.flatMap(vertical => row.map(horizontal => (vertical * horizontal) / sum ** 2))
}
