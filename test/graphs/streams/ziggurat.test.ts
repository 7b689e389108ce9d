import test from 'ava'
import { streamOf } from '../../../graphs/streams/draws.js'

const COUNT = 400_000

function drawn(): Float32Array {
  const numbers = new Float32Array(COUNT)
  streamOf('ziggurat').fillNormal(numbers, 1)
  return numbers
}

/** Distribution function of the standard normal, to 1e-10: Simpson's rule on the density. */
function distribution(x: number): number {
  const steps = 400
  const density = (at: number) => Math.exp((-at * at) / 2) / Math.sqrt(2 * Math.PI)
  let sum = density(0) + density(x)
  for (let i = 1; i < steps; i++) sum += (i % 2 ? 4 : 2) * density((x * i) / steps)
  return 0.5 + (sum * x) / steps / 3
}

test('follows the normal distribution (Kolmogorov-Smirnov)', t => {
  const sorted = drawn().sort()
  let furthest = 0
  for (let i = 0; i < COUNT; i += 97)
    furthest = Math.max(furthest, Math.abs(distribution(sorted[i]!) - (i + 0.5) / COUNT))
  t.true(furthest * Math.sqrt(COUNT) < 1.63, `${furthest * Math.sqrt(COUNT)} standard units (1.63 is one in a hundred)`)
})

test('moments to the fourth', t => {
  const moment = (power: number) => drawn().reduce((sum, x) => sum + x ** power, 0) / COUNT
  t.true(Math.abs(moment(1)) < 0.006)
  t.true(Math.abs(moment(2) - 1) < 0.009)
  t.true(Math.abs(moment(3)) < 0.025)
  t.true(Math.abs(moment(4) - 3) < 0.06)
})

const WAYS = {
  'one by one': (count: number) => {
    const rng = streamOf('tail')
    return Float32Array.from({ length: count }, () => rng.normal())
  },
  'by filling': (count: number) => {
    const numbers = new Float32Array(count)
    streamOf('tail').fillNormal(numbers, 1)
    return numbers
  },
}
for (const [way, draw] of Object.entries(WAYS))
  test(`the thin upper layers and the tail have their shape, drawn ${way} (chi-squared beyond 3)`, t => {
    const count = 4_000_000
    const edges = [...Array.from({ length: 26 }, (_, i) => 3 + i * 0.05), 4.4, Infinity]
    const seen = new Float64Array(edges.length - 1)
    let positive = 0
    for (const x of draw(count)) {
      const far = Math.abs(x)
      if (far < 3) continue
      if (x > 0) positive++
      seen[Math.min(25, Math.floor((far - 3) / 0.05)) + (far >= 4.4 ? 1 : 0)]!++
    }
    const beyond = (edge: number) => (edge === Infinity ? 0 : 2 * (1 - distribution(edge)) * count)
    const chiSquared = seen.reduce((sum, number, bin) => {
      const due = beyond(edges[bin]!) - beyond(edges[bin + 1]!)
      return sum + (number - due) ** 2 / due
    }, 0)
    t.true(chiSquared < 55, `chi-squared ${chiSquared} with 27 degrees of freedom`)
    const all = seen.reduce((sum, number) => sum + number, 0)
    t.true(Math.abs(positive - all / 2) < 2 * Math.sqrt(all))
  })

test('neighbours are not correlated', t => {
  const numbers = drawn()
  let sum = 0
  for (let i = 1; i < COUNT; i++) sum += numbers[i]! * numbers[i - 1]!
  t.true(Math.abs(sum / COUNT) < 0.006)
})

test('filling multiplies by the deviation and goes on in the stream', t => {
  const [one, half] = [1, 0.5].map(deviation => {
    const rng = streamOf('key')
    const filled = new Float32Array(2000)
    rng.fillNormal(filled, deviation)
    const again = new Float32Array(2000)
    rng.fillNormal(again, deviation)
    return { filled, again }
  })
  t.deepEqual(
    half!.filled,
    one!.filled.map(x => x / 2),
  )
  t.notDeepEqual(one!.filled, one!.again)
})
