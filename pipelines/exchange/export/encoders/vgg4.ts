import type { StoredTensor } from '../../../../engine/weights.js'
import { evenly, type Graph, type Value } from '../graph.js'
import { convolutionNorm, type EncoderWeights, type Forward, globalPool, halved } from './convolution.js'

type Vgg4 = {
  variant: 'code' | 'slides'
  downsampling: string
  kernel: number
  'intra-block': 'max' | 'none'
  pooling: string
  padding: string
}

const BLOCKS = 4

/** What cannot be written of this stage's settings; undefined if all can. */
export function vgg4Refusal({ downsampling, padding }: Record<string, unknown>): string | undefined {
  if (String(downsampling).startsWith('aps')) return `adaptive polyphase sampling ('downsampling: ${downsampling}')`
  return padding === 'zeros' ? undefined : `circular padding ('padding: ${padding}')`
}

/** The stage `vgg4` in evaluation mode. */
export const vgg4: Forward<Vgg4> = (graph, weights, image, given, layer) => {
  const rectified = (x: Value, scope: string) =>
    graph.elementwise(convolutionNorm(graph, weights, x, scope, { stride: 1, padding: 1 }), 'relu')
  let x = given.variant === 'code' ? layer('stem', rectified(image, 'stem')) : image
  for (let block = 0; block < BLOCKS; block++) {
    const last = block === BLOCKS - 1
    x = rectified(x, `block${block}.first`)
    if (!last && given['intra-block'] === 'max') x = graph.maxPool(x, [3, 3], { stride: [1, 1], padding: evenly(1) })
    x = rectified(x, `block${block}.second`)
    if (!last) x = downsampled(graph, weights, x, `block${block}.pooling`, given)
    layer(`block${block}`, x)
  }
  return pooled(graph, x, given.pooling)
}

/** Odd images have one more row or column of zeros at the end, which is never above the maximum of rectified numbers. */
function downsampled(graph: Graph, weights: EncoderWeights, x: Value, scope: string, { downsampling, kernel }: Vgg4) {
  const [height, width, channels] = x.shape as [number, number, number]
  if (downsampling === 'max') {
    const padding = { top: 0, bottom: height % 2, left: 0, right: width % 2 }
    return (height % 2) + (width % 2) === 0 ? halved(graph, x) : graph.maxPool(x, [2, 2], { stride: [2, 2], padding })
  }
  const dense = graph.maxPool(x, [2, 2], { stride: [1, 1], padding: { top: 0, bottom: 1, left: 0, right: 1 } })
  const taps = downsampling === 'blur' ? binomial(kernel, channels) : lowPass(weights.get(`${scope}.taps`))
  const [top, bottom] = around(height, kernel)
  const [left, right] = around(width, kernel)
  return graph.depthwise(dense, taps, { stride: [2, 2], padding: { top, bottom, left, right } })
}

/** Zeros before and after for half as many results, rounded up; the odd one at the end. */
function around(length: number, kernel: number): [number, number] {
  const whole = Math.max(0, (Math.ceil(length / 2) - 1) * 2 + kernel - length)
  return [Math.floor(whole / 2), Math.ceil(whole / 2)]
}

/** Soft-max over the taps of each channel. */
function lowPass({ shape, data }: StoredTensor): StoredTensor {
  const channels = shape[2]!
  const taps = new Float32Array(data.length)
  for (let channel = 0; channel < channels; channel++) {
    let sum = 0
    for (let at = channel; at < data.length; at += channels) sum += Math.exp(data[at]!)
    for (let at = channel; at < data.length; at += channels) taps[at] = Math.exp(data[at]!) / sum
  }
  return { shape, data: taps }
}

/** The outer product of a row of Pascal's triangle with itself, of sum 1, for each channel. */
function binomial(kernel: number, channels: number): StoredTensor {
  let row = [1]
  while (row.length < kernel) row = [...row, 0].map((tap, index) => tap + (row[index - 1] ?? 0))
  const taps = row.flatMap(vertical => row.map(horizontal => (vertical * horizontal) / 4 ** (kernel - 1)))
  return {
    shape: [kernel, kernel, channels],
    data: Float32Array.from(taps.flatMap(tap => new Array<number>(channels).fill(tap))),
  }
}

/** The names of shift_sec read from the end: maxmeanfreq is the maximum over time of the mean over frequency. */
function pooled(graph: Graph, x: Value, pooling: string): Value {
  if (pooling === 'mean' || pooling === 'max' || pooling === 'mean-max') return globalPool(graph, x, pooling)
  const [inner, outer] = pooling.startsWith('maxmean') ? (['mean', 'max'] as const) : (['max', 'mean'] as const)
  const sequence = graph.reduce(x, inner, [pooling.endsWith('freq') ? 'width' : 'height'])
  return graph.reduce(sequence, outer, ['height'])
}
