/** What transformers are made of, against torch.nn and against differences. */
import test from 'ava'
import type { Tensor } from '../../engine/engine.js'
import { lossAndGradients } from '../../engine/gradients.js'
import { checkGradient, normal } from './finite-differences.js'
import { near } from './near.js'
import { engine, fixture, stateOf, tensorOf, weightsFrom } from './started.js'

const { tf, operations, layers } = engine

interface Numbers {
  shape: number[]
  data: number[]
}
interface Answered {
  inputs: Record<string, Numbers>
  towards: Numbers
  value: number[]
  gradients: Record<string, number[]>
  rounding: { value: number; gradients: Record<string, number> }
}
interface Blocks {
  width: number
  heads: number
  depth: number
  body?: 'scan'
  x: Numbers
  weights: Record<string, Numbers>
  towards: Numbers
  value: number[]
  gradientOfX: number[]
  gradients: Record<string, number[]>
  rounding: { value: number; gradientOfX: number; gradients: Record<string, number> }
}
const cases = fixture<{
  layerNorm: Answered
  gelu: Answered
  attention: (Answered & { heads: number })[]
  blocks: Blocks[]
}>('transformer/cases.json')
const scans = fixture<{ scan: (Answered & { chunk: number })[]; blocks: Blocks[] }>('scan/cases.json')

const OPERATIONS: [string, Answered, (...inputs: Tensor[]) => Tensor][] = [
  ['layer norm', cases.layerNorm, (x, gain, offset) => operations.layerNorm(x!, gain!, offset!)],
  ['GELU', cases.gelu, x => operations.gelu(x!)],
  ...cases.attention
    .map(one => [`attention, ${one.heads} heads`, one, (x: Tensor) => operations.attention(x, one.heads)] as const)
    .map(([name, one, run]) => [name, one, run] as [string, Answered, (...inputs: Tensor[]) => Tensor]),
  ...scans.scan.map((one): (typeof OPERATIONS)[number] => [
    `scan, chunks of ${one.chunk} of ${one.inputs.x!.shape[1]} tokens`,
    one,
    (...given) => scanned(given, one.chunk),
  ]),
]

function scanned([x, decay, enters, reads]: Tensor[], chunk: number): Tensor {
  return operations.scan({ x: x!, decay: decay!, enters: enters!, reads: reads! }, chunk)
}

for (const [name, { inputs, towards, value, gradients, rounding }, run] of OPERATIONS) {
  test(`${name}: value and gradients agree with PyTorch`, t => {
    const given = Object.values(inputs).map(tensorOf)
    near(t, run(...given).dataSync(), value, name, { rounding: rounding.value })
    const weighted = (...of: Tensor[]) => tf.sum(tf.mul(run(...of), tensorOf(towards))).asScalar()
    const found = tf.grads(weighted)(given)
    for (const [at, input] of Object.keys(inputs).entries())
      near(t, found[at]!.dataSync(), gradients[input]!, `${name}, ${input}`, { rounding: rounding.gradients[input]! })
  })
}

test('gradients against differences', t => {
  checkGradient(t, (x, gain, offset) => operations.layerNorm(x!, gain!, offset!), [
    normal([3, 5], 'x'),
    normal([5], 'gain'),
    normal([5], 'offset'),
  ])
  checkGradient(t, x => operations.gelu(x!), [normal([3, 4], 'x')])
  checkGradient(t, x => operations.attention(x!, 2), [normal([2, 3, 12], 'x')])
  const [x, enters, reads] = [normal([2, 5, 4], 'x'), normal([2, 5, 3], 'enters'), normal([2, 5, 3], 'reads')]
  const decay = normal([2, 5, 2], 'decay')
  decay.data = decay.data.map(value => -Math.abs(value))
  checkGradient(t, (...given) => scanned(given, 2), [x, decay, enters, reads])
  const at = tf.tensor2d([3, 0, 1, 2], [2, 2])
  checkGradient(t, x => operations.tokens.gather(x!, at), [normal([2, 4, 3], 'x')])
  checkGradient(t, x => operations.tokens.scatter(x!, at, 4), [normal([2, 2, 3], 'x')])
})

test('tokens that are taken and put back are where they were, all others 0', t => {
  const x = tf.range(1, 25).reshape([2, 4, 3])
  const at = tf.tensor2d([3, 0, 1, 2], [2, 2])
  const taken = operations.tokens.gather(x, at)
  t.deepEqual([...taken.dataSync()], [10, 11, 12, 1, 2, 3, 16, 17, 18, 19, 20, 21])
  const back = [...operations.tokens.scatter(taken, at, 4).dataSync()]
  t.deepEqual(back, [1, 2, 3, 0, 0, 0, 0, 0, 0, 10, 11, 12, 0, 0, 0, 16, 17, 18, 19, 20, 21, 0, 0, 0])
})

for (const { width, heads, depth, body, x, weights: given, towards, value, gradientOfX, gradients, rounding } of [
  ...cases.blocks,
  ...scans.blocks,
]) {
  const peer = body ? 'a loop over tokens in PyTorch' : 'torch.nn.TransformerEncoder'
  test(`${depth} blocks: forward and backward agree with ${peer}`, t => {
    const weights = weightsFrom(1)
    const encoder = layers.transformer(weights.scope, { width, depth, heads, body })
    weights.load(stateOf(given))
    const input = tensorOf(x)
    near(t, encoder(input).dataSync(), value, 'value', { rounding: rounding.value })
    const weighted = () => tf.sum(tf.mul(encoder(input), tensorOf(towards)))
    const found = lossAndGradients(engine, weights.trainable, weighted, [input]).gradients
    near(t, found.at(-1)!.dataSync(), gradientOfX, 'towards the tokens', { rounding: rounding.gradientOfX })
    for (const [at, { name }] of weights.trainable.entries())
      near(t, found[at]!.dataSync(), gradients[name]!, name, { rounding: rounding.gradients[name]! })
  })
}
