import test from 'ava'
import { compiled } from '../../../engine/compile/compiled.js'
import type { Tensor } from '../../../engine/engine.js'
import { mixit } from '../../../stages/losses/mixit.js'
import { pit } from '../../../stages/losses/pit.js'
import { bestAssignment, singleAssignment } from '../../../stages/separation/assignment.js'
import { productsOf } from '../../../stages/separation/products.js'
import { sortSources } from '../../../stages/separation/sort-sources.js'
import { engine } from '../../engine/started.js'
import { noise, silence, times } from './support.js'

const { tf } = engine
const THRESHOLD = 1e-3

/** Examples of `count` sources, each with two references that are made of them and of noise; some of them silent. */
function examples(count: number): { sources: Float32Array[]; references: [Float32Array, Float32Array] }[] {
  return Array.from({ length: 12 }, (_, example) => {
    const sources = Array.from({ length: count }, (_, at) => noise(`${count} ${example} ${at}`, 50, 1 / (at + 1)))
    const side = (at: number) =>
      example % 6 === 4 + at
        ? silence(50)
        : sources.reduce((sum, source, which) => {
            const of = (example >> which) % 2 === at ? source : times(0.2, noise(`${example} ${which} ${at}`, 50))
            return sum.map((value, sample) => value + of[sample]!)
          }, silence(50))
    return { sources, references: [side(0), side(1)] }
  })
}

for (const count of [1, 2, 3, 5, 8]) {
  for (const single of [false, true]) {
    test(`${count} sources are sorted as one example after the other is${single ? ', single events apart' : ''}`, t => {
      const all = examples(count)
      const tensor = (of: (example: (typeof all)[number]) => Float32Array[]) =>
        tf.stack(all.map(example => tf.stack(of(example).map(sound => tf.tensor1d(sound)))))
      const found = sortSources(
        engine,
        tensor(({ sources }) => sources),
        tensor(({ references }) => references),
        { threshold: THRESHOLD, single },
      ).dataSync()
      const expected = all.flatMap(({ sources, references }) => {
        const products = productsOf(sources, references)
        return [...((single && singleAssignment(products)) || bestAssignment(products, THRESHOLD))]
      })
      t.deepEqual([...found], expected)
    })
  }
}

test('losses of separators are computed without a look at a number on the way', t => {
  const said: string[] = []
  const [batch, count, samples] = [2, 3, 40]
  const stems = Array.from({ length: 6 }, (_, draw) =>
    tf.randomNormal([batch, count, samples], 0, 1, 'float32', draw + 1),
  )
  const inputs = [1, 2, 3, 4].map(draw => [
    ...stems.slice(0, 2),
    tf.randomNormal([batch, samples], 0, 1, 'float32', draw),
  ])
  const work = ([sources, known, a]: readonly Tensor[]) =>
    tf.tidy(() => {
      const b = tf.squeeze(tf.slice(known!, [0, 0, 0], [-1, 1, -1]), [1])
      const { value, grad } = tf.valueAndGrad(given => {
        const mixture = mixit(engine, given, a!, b, { threshold: THRESHOLD, search: 'exhaustive', single: true })
        return tf.add(mixture, pit(engine, given, known!, { active: THRESHOLD, inactive: 1e-2 }))
      })(sources!)
      return [tf.concat([tf.reshape(value, [1]), tf.reshape(grad, [-1])])]
    })
  const [plain, function_] = (['off', 'function'] as const).map(how => {
    const call = compiled(engine, work, { how, say: why => said.push(why) })
    return inputs.map(given => [...call(given)[0]!.dataSync()])
  })
  t.deepEqual(function_, plain)
  t.deepEqual(said, [])
})
