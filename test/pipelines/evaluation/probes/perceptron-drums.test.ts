import test from 'ava'
import { topClasses } from '../../../../pipelines/evaluation/probes/judges.js'
import { perceptron } from '../../../../pipelines/evaluation/probes/perceptron.js'
import { standardiseRows } from '../../../../pipelines/statistics/standardise.js'
import { truthOfLabels } from '../../../../pipelines/statistics/truth.js'
import { fixture } from '../../../engine/started.js'

interface Case {
  classes: string[]
  labels: number[]
  dimensions: number
  /** Log-mel statistics, row by row. */
  float16: string
  folds: { train: number[]; test: number[] }[]
  epochs: number[]
  batch: number
  /** Of scikit-learn, for each number of epochs and each seed. */
  accuracy: number[][]
}

/** Each without a common divisor with the number of dimensions, 64. */
const ORDERS = [1, 3, 5]

test('on drums a perceptron is as accurate as the one of scikit-learn, to 1.5 points', async t => {
  const { classes, labels, dimensions, float16, folds, epochs, batch, accuracy } =
    fixture<Case>('perceptron-drums/case.json')
  const values = fromFloat16(Buffer.from(float16, 'base64'))
  const right = epochs.map(() => 0)
  // another order of the dimensions is another start of the weights
  for (const order of ORDERS)
    for (const { train, test } of folds) {
      const turned = values.map((_, at) => values[at - (at % dimensions) + ((order * at) % dimensions)]!)
      const scaled = standardiseRows({ rows: labels.length, columns: dimensions, values: turned }, { train, test })
      const truth = truthOfLabels(
        train.map(at => labels[at]!),
        classes.length,
      )
      const steps = epochs.map(count => Math.round((count * train.length) / batch))
      const logits = await perceptron(scaled.train, truth, scaled.test, steps)
      logits.forEach((own, at) => {
        const predicted = topClasses(own)
        right[at]! += test.filter((clip, row) => predicted[row] === labels[clip]).length / ORDERS.length
      })
    }
  epochs.forEach((count, at) => {
    const theirs = accuracy[at]!.reduce((sum, value) => sum + value) / accuracy[at]!.length
    const ours = right[at]! / labels.length
    t.log(`${count} epochs: ${(100 * ours).toFixed(1)} %, scikit-learn ${(100 * theirs).toFixed(1)} %`)
    t.true(Math.abs(ours - theirs) < 0.015, `${count} epochs: ${ours} for ${theirs}`)
  })
})

/** IEEE 754 half precision, little endian. */
function fromFloat16(bytes: Buffer): Float64Array {
  return Float64Array.from({ length: bytes.length / 2 }, (_, at) => {
    const half = bytes.readUInt16LE(2 * at)
    const [exponent, fraction] = [(half >> 10) & 31, half & 1023]
    const size = exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15)
    return half & 0x8000 ? -size : size
  })
}
