import type { Scalar } from '@tensorflow/tfjs'
import test from 'ava'
import type { Tensor } from '../../../engine/engine.js'
import { ParameterProblem } from '../../../stages/contract.js'
import match from '../../../stages/losses/match.js'
import type { Port } from '../../../stages/ports.js'
import { near } from '../../engine/near.js'
import { engine, fixture, tensorOf, weightsFrom } from '../../engine/started.js'
import { builder, outOf } from '../built.js'

const { tf } = engine

interface Numbers {
  shape: number[]
  data: number[]
}
const reference = fixture<{
  from: Numbers
  target: Numbers
  cases: {
    kind: string
    temperature: number
    loss: number
    gradient: number[]
    rounding: { loss: number; gradient: number }
  }[]
}>('match/cases.json')

const batch = (of: Port): Port => ({ kind: 'batch', size: 6, of })
const embedding = (size: number) => batch({ kind: 'embedding', size })
const tokens = (count: number, size = 3) => batch({ kind: 'tokens', count, size, times: 2, bins: 2 })
const mask = (kept: number, times = 2) => batch({ kind: 'indices', kept, times, bins: 2 })

const lossOf = (parameters: object, ports: Record<string, Port>) =>
  builder(match, parameters, ports)(weightsFrom(1).scope)

test('value and gradient agree with PyTorch; none flows into the target', t => {
  const [given, target] = [tensorOf(reference.from), tensorOf(reference.target)]
  for (const { kind, temperature, loss, gradient, rounding } of reference.cases) {
    const of = lossOf({ kind, temperature }, { from: embedding(5), target: embedding(5) })
    const both = (from: Tensor, target: Tensor) => of({ from, target }, { training: true }) as Scalar
    const { value, grads } = tf.valueAndGrads((from, wanted) =>
      tf.add(both(from!, wanted!), tf.mul(0, tf.sum(wanted!))),
    )([given, target])
    near(t, value.dataSync(), [loss], kind, { rounding: rounding.loss })
    near(t, grads[0]!.dataSync(), gradient, `${kind}, gradient`, { rounding: rounding.gradient })
    t.true(
      grads[1]!.dataSync().every(one => one === 0),
      kind,
    )
  }
})

test('rest compares the tokens that are not kept, in their order', t => {
  const of = lossOf({ kind: 'l1', at: 'rest' }, { from: tokens(1), target: tokens(4), keep: mask(3) })
  const target = tf.range(0, 24).reshape([2, 4, 3])
  const keep = tf.tensor2d([0, 2, 3, 1, 0, 1, 3, 2], [2, 4])
  const from = tf.tensor3d([3, 4, 5, 18, 19, 21], [2, 1, 3])
  near(t, of({ from, target, keep }, { training: true }).dataSync(), [1 / 6])
})

test('a target that is standardised has rows of mean 0 and deviation 1', t => {
  const of = lossOf({ kind: 'mse', standardise: true }, { from: embedding(4), target: embedding(4) })
  const target = tf.tensor2d([1, 2, 3, 4, -10, 0, 10, 20], [2, 4])
  const row = [-3, -1, 1, 3].map(value => value / Math.sqrt(5))
  const from = tf.tensor2d([...row, ...row], [2, 4])
  near(t, of({ from, target }, { training: true }).dataSync(), [0], 'it', { inexact: 1e-6 })
})

test('probabilities are compared as the logits that give them', t => {
  const logits = tf.tensor2d([2, 0, -1, 0.5, 1, -3], [2, 3])
  const from = tf.tensor2d([0, 1, 2, -1, 0, 1], [2, 3])
  const cases = [
    ['kl', tf.softmax(logits)],
    ['bce', tf.sigmoid(logits)],
  ] as const
  for (const [kind, target] of cases) {
    const of = (parameters: object) => lossOf({ kind, ...parameters }, { from: embedding(3), target: embedding(3) })
    const wanted = of({})({ from, target: logits }, { training: true }).dataSync()
    const found = of({ probabilities: true })({ from, target }, { training: true }).dataSync()
    near(t, found, wanted, kind, { size: 10 })
    t.true(
      Number.isFinite(
        of({ probabilities: true })({ from, target: tf.round(target) }, { training: true }).dataSync()[0],
      ),
    )
  }
})

test('what cannot be compared is refused in words', t => {
  const refused = (ports: Record<string, Port>, parameters = {}) =>
    t.throws(() => outOf(match, parameters, ports), { instanceOf: ParameterProblem })!.message
  const pair = batch({ kind: 'pair', of: { kind: 'embedding', size: 4 } })
  t.regex(
    refused({ from: pair, target: embedding(4) }),
    /pair<embedding\[4\]> arrives; name a side, as in from: prediction.a/,
  )
  t.regex(refused({ from: embedding(4), target: embedding(4) }, { probabilities: true }), /write kind: kl or kind: bce/)
  t.regex(refused({ from: embedding(4), target: embedding(8) }), /hold 8 numbers, those of 'from' 4/)
  t.regex(refused({ from: embedding(3), target: tokens(4) }), /not the same kind/)
  t.regex(refused({ from: tokens(3), target: tokens(4) }), /3 tokens arrive, and 4 of the target/)
  t.regex(refused({ from: tokens(1), target: tokens(4) }, { at: 'rest' }), /name the mask there/)
  t.regex(
    refused({ from: tokens(1), target: tokens(4), keep: mask(3, 4) }, { at: 'rest' }),
    /all tokens of the mask's grid/,
  )
})
