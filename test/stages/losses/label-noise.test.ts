/** Losses for labels of which some are wrong or missing, against their formulas in PyTorch and NumPy. */
import test from 'ava'
import type { Tensor } from '../../../engine/engine.js'
import type { Stage } from '../../../stages/contract.js'
import crossEntropy from '../../../stages/losses/cross-entropy.js'
import lq from '../../../stages/losses/l-q.js'
import softBootstrap from '../../../stages/losses/soft-bootstrap.js'
import type { Port } from '../../../stages/ports.js'
import { near } from '../../engine/near.js'
import { engine, fixture, tensorOf, weightsFrom } from '../../engine/started.js'
import { builder, outOf } from '../built.js'

const { tf } = engine
const STAGES: Record<string, Stage> = {
  'l-q': lq,
  'soft-bootstrap': softBootstrap,
  'cross-entropy': crossEntropy,
}

interface Found {
  loss: number
  gradient: number[]
  rounding: { loss: number; gradient: number }
}
const { shape, logits, targets, cases, missing } = fixture<{
  shape: number[]
  logits: number[]
  targets: number[]
  cases: (Found & { stage: string; parameters: object; counted: number })[]
  missing: Found & { targets: number[]; flagged: number }
}>('label-noise/cases.json')

const ports = (classes: number, unknown?: true): Record<string, Port> => ({
  from: { kind: 'batch', size: 16, of: { kind: 'embedding', size: classes } },
  targets: { kind: 'batch', size: 16, of: { kind: 'label', classes, ...(unknown && { unknown }) } },
})

function valueAndGradient(stage: Stage, parameters: object, wanted: number[]) {
  const of = builder(stage, parameters, ports(shape[1]!))(weightsFrom(1).scope)
  const goal = tensorOf({ shape, data: wanted })
  const loss = (from: Tensor) => of({ from, targets: goal }, { training: true }).asScalar()
  const { value, grad } = tf.valueAndGrad(loss)(tensorOf({ shape, data: logits }))
  return { value: value.dataSync(), grad: grad.dataSync() }
}

for (const { stage, parameters, counted, loss, gradient, rounding } of cases) {
  test(`${stage} ${JSON.stringify(parameters)}: value and gradient agree with PyTorch`, t => {
    const { value, grad } = valueAndGradient(STAGES[stage]!, parameters, targets)
    near(t, value, [loss], 'value', { rounding: rounding.loss })
    near(t, grad, gradient, 'gradient', { rounding: rounding.gradient })
    const rows = Array.from({ length: shape[0]! }, (_, row) => grad.slice(row * shape[1]!, (row + 1) * shape[1]!))
    t.is(rows.filter(row => row.some(value => value !== 0)).length, counted)
  })
}

/** Rows of which nothing is known, between the others. */
const padded = (rows: number[], row: number[]) => {
  const [classes, own] = [shape[1]!, [] as number[]]
  for (let at = 0; at < shape[0]!; at++)
    own.push(...(at % 3 === 0 ? row : []), ...rows.slice(at * classes, (at + 1) * classes))
  return own
}

test('clips of which nothing is known count for nothing: all losses are those of the others, their gradients 0', t => {
  const classes = shape[1]!
  const wanted = padded(targets, Array(classes).fill(-1))
  const rows = wanted.length / classes
  const given = tensorOf({
    shape: [rows, classes],
    data: padded(
      logits,
      Array.from({ length: classes }, (_, at) => at),
    ),
  })
  for (const { stage, parameters, loss, gradient, rounding } of cases) {
    if ((parameters as { discard?: { rescale?: boolean } }).discard?.rescale === false) continue
    const of = builder(STAGES[stage]!, parameters, ports(classes, true))(weightsFrom(1).scope)
    const goal = tensorOf({ shape: [rows, classes], data: wanted })
    const { value, grad } = tf.valueAndGrad((from: Tensor) =>
      of({ from, targets: goal }, { training: true }).asScalar(),
    )(given)
    const words = `${stage} ${JSON.stringify(parameters)}`
    near(t, value.dataSync(), [loss], words, { rounding: rounding.loss })
    near(t, grad.dataSync(), padded(gradient, Array(classes).fill(0)), `${words}: gradient`, {
      rounding: rounding.gradient,
    })
  }
})

test('a batch of which nothing is known costs nothing; without rescaling the mean is over all clips', t => {
  const of = (parameters: object, data: number[]) =>
    builder(
      crossEntropy,
      parameters,
      ports(2, true),
    )(weightsFrom(1).scope)(
      { from: tf.zeros([2, 2]), targets: tf.tensor2d(data, [2, 2]) },
      { training: true },
    ).dataSync()
  t.deepEqual([...of({}, [-1, -1, -1, -1])], [0])
  near(t, of({}, [1, 0, -1, -1]), [Math.LN2])
  near(t, of({ rescale: false }, [1, 0, -1, -1]), [Math.LN2 / 2])
})

test('flagged negatives ask nothing of a classifier; all other terms are as they were', t => {
  const { value, grad } = valueAndGradient(crossEntropy, { outputs: 'sigmoid' }, missing.targets)
  near(t, value, [missing.loss], 'value', { rounding: missing.rounding.loss })
  near(t, grad, missing.gradient, 'gradient', { rounding: missing.rounding.gradient })
  const silent = missing.targets.flatMap((target, at) => (target < 0 ? [grad[at]!] : []))
  t.is(silent.length, missing.flagged)
  t.true(silent.every(value => value === 0))
})

test('logits that say nothing give the chance level', t => {
  const even = { from: tf.zeros([2, 5]), targets: tf.oneHot(tf.tensor1d([1, 4], 'int32'), 5).toFloat() }
  for (const [stage, parameters] of [
    [lq, { q: 0.7 }],
    [lq, { q: 1 }],
    [softBootstrap, {}],
  ] as const) {
    const out = outOf(stage, parameters, ports(5))
    const of = builder(stage, parameters, ports(5))(weightsFrom(1).scope)
    near(t, of(even, { training: true }).dataSync(), [out.kind === 'loss' ? out.chance : 0])
  }
})

test('one rule of discard, and none where an item has several classes', t => {
  t.throws(() => lq.parameters.parse({ discard: {} }), { message: /one rule/ })
  t.throws(() => lq.parameters.parse({ discard: { max: 0.9, percentile: 90 } }), { message: /one rule/ })
  const both = { outputs: 'sigmoid', discard: { max: 0.9 } }
  t.throws(() => outOf(crossEntropy, both, ports(5)), { message: /softmax/ })
})
