/**
 * The encoders published with Fonseca et al., ICASSP 2021 (github.com/edufonseca/uclser20): PyTorch's names and layouts
 * to ours. Widths are read off the shapes.
 */
import { Problem } from '../../../data/problem.js'
import type { State, StoredTensor } from '../../../engine/weights.js'

export interface PublishedEncoder {
  /** Name of the encoder in the paper. */
  name: string
  stage: 'vgg-like' | 'crnn'
  parameters: Record<string, unknown>
  /** By the stage's own names. */
  weights: State
  /** Name of the stage's first convolution. */
  first: string
  /** Batches that its batch norms have seen in training, two a step; undefined if the file does not say. */
  batches: number | undefined
}

/** @throws Problem `unknown-weights` if the tensors are of neither encoder, `checkpoint-mismatch` if some are missing */
export function publishedEncoder(tensors: State, file: string): PublishedEncoder {
  const given = (name: string): StoredTensor => {
    const tensor = tensors.get(name)
    if (tensor) return tensor
    throw new Problem('checkpoint-mismatch', `${file} lacks the tensor '${name}'.`, { hint: HINT })
  }
  const batches = (first: string) => tensors.get(`${first}.bn.num_batches_tracked`)?.data[0]
  if (tensors.has('conv0.conv.weight')) return { ...vggLike(given), batches: batches('conv0') }
  if (tensors.has('rnn1.weight_ih_l0')) return { ...crnn(given), batches: batches('conv1') }
  const names = [...tensors.keys()]
  const some = `${names.slice(0, 4).join(', ')}${names.length > 4 ? ', ...' : ''}`
  throw new Problem('unknown-weights', `${file} is neither the VGG-like nor the CRNN of uclser20; it holds ${some}.`, {
    hint: HINT,
  })
}

const HINT = 'Expected: the state of one of the published models, as PyTorch names it, saved with safetensors.'

type Given = (name: string) => StoredTensor

function vggLike(given: Given): Omit<PublishedEncoder, 'batches'> {
  const convolutions = Array.from({ length: 6 }, (_, index) => convolution(given, `conv${index}`, index))
  const widths = convolutions.map(({ width }) => width)
  const dense = given('dense1.weight')
  const [size, pooled] = dense.shape as [number, number]
  return {
    name: 'VGG-like',
    stage: 'vgg-like',
    parameters: { blocks: [widths.slice(0, 3), widths.slice(3, 5), widths.slice(5)], size },
    weights: new Map([
      ...convolutions.flatMap(({ weights }) => weights),
      ['dense.weight', meanFirst(transposed(dense), pooled)],
      ['dense.bias', given('dense1.bias')],
    ]),
    first: 'convolution0',
  }
}

function crnn(given: Given): Omit<PublishedEncoder, 'batches'> {
  const convolutions = [1, 2, 3].map((number, index) => convolution(given, `conv${number}`, index))
  const direction = (name: string, suffix: string): [string, StoredTensor][] => [
    [`${name}.input`, transposed(given(`rnn1.weight_ih_l0${suffix}`))],
    [`${name}.inputBias`, given(`rnn1.bias_ih_l0${suffix}`)],
    [`${name}.recurrent`, transposed(given(`rnn1.weight_hh_l0${suffix}`))],
    [`${name}.recurrentBias`, given(`rnn1.bias_hh_l0${suffix}`)],
  ]
  return {
    name: 'CRNN',
    stage: 'crnn',
    parameters: { channels: convolutions[0]!.width, units: given('rnn1.weight_hh_l0').shape[1]! },
    weights: new Map([
      ...convolutions.flatMap(({ weights }) => weights),
      ...direction('forwards', ''),
      ...direction('backwards', '_reverse'),
    ]),
    first: 'convolution0',
  }
}

function convolution(given: Given, theirs: string, index: number) {
  const ours = `convolution${index}`
  const filter = given(`${theirs}.conv.weight`)
  const weights: [string, StoredTensor][] = [
    [`${ours}.filter`, channelsLast(filter)],
    [`${ours}.scale`, given(`${theirs}.bn.weight`)],
    [`${ours}.offset`, given(`${theirs}.bn.bias`)],
    [`${ours}.mean`, given(`${theirs}.bn.running_mean`)],
    [`${ours}.variance`, given(`${theirs}.bn.running_var`)],
  ]
  return { width: filter.shape[0]!, weights }
}

/** Out x in x height x width to height x width x in x out. */
function channelsLast({ shape, data }: StoredTensor): StoredTensor {
  const [out, into, height, width] = shape as [number, number, number, number]
  const plane = height * width
  const moved = new Float32Array(data.length)
  for (let o = 0, from = 0; o < out; o++)
    for (let i = 0; i < into; i++) for (let at = 0; at < plane; at++) moved[(at * into + i) * out + o] = data[from++]!
  return { shape: [height, width, into, out], data: moved }
}

function transposed({ shape, data }: StoredTensor): StoredTensor {
  const [rows, columns] = shape as [number, number]
  const turned = new Float32Array(data.length)
  for (let row = 0, from = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) turned[column * rows + row] = data[from++]!
  return { shape: [columns, rows], data: turned }
}

/** Rows of the dense layer: theirs read the maxima and then the means, ours the means and then the maxima. */
function meanFirst({ shape, data }: StoredTensor, rows: number): StoredTensor {
  const half = (rows / 2) * (data.length / rows)
  const turned = new Float32Array(data.length)
  turned.set(data.subarray(half))
  turned.set(data.subarray(0, half), data.length - half)
  return { shape, data: turned }
}
