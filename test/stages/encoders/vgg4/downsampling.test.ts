import test from 'ava'
import type { Tensor } from '../../../../engine/engine.js'
import { DOWNSAMPLINGS, downsampler, learntFilter } from '../../../../stages/encoders/vgg4/downsampling.js'
import { checkGradient, normal, spaced } from '../../../engine/finite-differences.js'
import { near } from '../../../engine/near.js'
import { engine, fixture, tensorOf, weightsFrom } from '../../../engine/started.js'

const { tf } = engine

interface Numbers {
  shape: number[]
  data: number[]
}
interface Case {
  kind: (typeof DOWNSAMPLINGS)[number]
  kernel: number
  x: Numbers
  taps: Numbers
  towards: Numbers
  value: Numbers
  toX: Numbers
  toTaps: Numbers | null
  rounding: { value: number; toX: number; toTaps: number | null }
}

for (const { kind, kernel, x, taps, towards, value, toX, toTaps, rounding } of fixture<Case[]>('vgg4/poolings.json')) {
  test(`${kind} ${kernel} x ${kernel} of ${x.shape.join(' x ')}: value and gradients agree with PyTorch`, t => {
    const weights = weightsFrom(1)
    const settings = { kind, kernel, taps: 'random', padding: 'zeros' } as const
    const down = downsampler(engine, weights.scope, settings, x.shape[3]!)
    t.is(weights.all.length, toTaps ? 1 : 0)
    const learnt = weights.all[0]
    learnt?.assign(tensorOf(taps))
    const image = tensorOf(x)
    tf.tidy(() => {
      const inputs = [image, ...(learnt ? [learnt.read()] : [])]
      const found = tf.engine().gradients(() => {
        const y = down(image)
        t.deepEqual(y.shape, value.shape)
        near(t, y.dataSync(), value.data, 'value', { rounding: rounding.value })
        return tf.sum(tf.mul(y, tensorOf(towards))) as Tensor
      }, inputs)
      near(t, found.grads[0]!.dataSync(), toX.data, 'gradient towards the image', { rounding: rounding.toX })
      if (toTaps)
        near(t, found.grads[1]!.dataSync(), toTaps.data, 'gradient towards the taps', { rounding: rounding.toTaps! })
    })
  })
}

for (const padding of ['zeros', 'circular'] as const) {
  // with the other end around, the four norms behind the binomial filter are one: each step changes which is the largest
  for (const kind of DOWNSAMPLINGS.filter(kind => padding === 'zeros' || kind !== 'aps+blur')) {
    test(`${kind} with ${padding} around: gradients are slopes`, t => {
      const build = (x: Tensor, taps?: Tensor) => {
        const weights = weightsFrom(1)
        const down = downsampler(engine, weights.scope, { kind, kernel: 3, taps: 'random', padding }, 2)
        const [learnt] = weights.all
        if (learnt && taps) learnt.read = () => taps
        return down(x)
      }
      const image = spaced([1, 8, 6, 2], 'image')
      if (kind.endsWith('tlpf'))
        checkGradient(t, (x, taps) => build(x!, taps!), [image, normal([3, 3, 2], 'taps')], { step: 0.02 })
      else checkGradient(t, x => build(x!), [image], { step: 0.02 })
    })
  }
}

test('learnt taps are positive, of sum 1 and even at the start; binomial ones start as those of blur', t => {
  const weights = weightsFrom(3)
  const random = learntFilter(engine, weights.scope.within('random'), { kernel: 5, channels: 4, taps: 'random' })
  const begun = random().dataSync()
  t.true(begun.every(tap => Math.abs(tap - 1 / 25) < 0.1 / 25))
  weights.all[0]!.assign(tf.randomNormal([5, 5, 4], 0, 4))
  t.true(
    random()
      .dataSync()
      .every(tap => tap > 0),
  )
  near(t, tf.sum(random(), [0, 1]).dataSync(), [1, 1, 1, 1])

  const settings = { kernel: 5, taps: 'binomial', padding: 'zeros' } as const
  const x = tensorOf(normal([2, 9, 8, 4], 'x'))
  const [learnt, fixed] = (['tlpf', 'blur'] as const).map(kind =>
    downsampler(engine, weights.scope.within(kind), { kind, ...settings }, 4)(x).dataSync(),
  )
  near(t, learnt!, fixed!)
})

for (const kind of DOWNSAMPLINGS) {
  test(`${kind}: a constant stays the same constant inside`, t => {
    const settings = { kind, kernel: 5, taps: 'random', padding: 'zeros' } as const
    const down = downsampler(engine, weightsFrom(2).scope, settings, 3)
    const y = down(tf.fill([1, 16, 12, 3], 0.7))
    const inside = tf.slice(y, [0, 2, 2, 0], [1, 4, 2, 3]).dataSync()
    t.deepEqual(y.shape, [1, 8, 6, 3])
    near(
      t,
      inside,
      Float32Array.from(inside, () => 0.7),
      'constant',
    )
  })
}

/** The image, `rows` and `columns` further down and right, what falls out coming in again. */
const rolled = (x: Tensor, rows: number, columns: number) => {
  const [, height, width] = x.shape as [number, number, number, number]
  const along = (x: Tensor, axis: number, length: number, by: number) =>
    tf.gather(
      x,
      tf.tensor1d(
        Array.from({ length }, (_, at) => (at + length - by) % length),
        'int32',
      ),
      axis,
    )
  return along(along(x, 1, height, rows), 2, width, columns)
}
/** All the numbers of each example, in order: alike if nothing but places differ. */
const multisets = (y: Tensor) =>
  (y.reshape([y.shape[0]!, -1]).arraySync() as number[][]).map(row => row.sort((a, b) => a - b))

for (const kind of ['aps', 'aps+tlpf'] as const) {
  test(`${kind} with circular padding keeps the same numbers under shifts by one, in either axis and both`, t => {
    const settings = { kind, kernel: 5, taps: 'random', padding: 'circular' } as const
    const down = downsampler(engine, weightsFrom(5).scope, settings, 3)
    const x = tensorOf(normal([4, 12, 16, 3], 'x'))
    const expected = multisets(down(x))
    for (const [rows, columns] of [
      [1, 0],
      [0, 1],
      [1, 1],
      [3, 5],
    ] as const) {
      const found = multisets(down(rolled(x, rows, columns)))
      for (const [example, row] of found.entries()) near(t, row, expected[example]!, `example ${example}`)
    }
  })
}

test('without adaptive sampling a shift by one does change the numbers', t => {
  const settings = { kind: 'tlpf', kernel: 5, taps: 'random', padding: 'circular' } as const
  const down = downsampler(engine, weightsFrom(5).scope, settings, 3)
  const x = tensorOf(normal([1, 12, 16, 3], 'x'))
  t.notDeepEqual(multisets(down(rolled(x, 1, 0))), multisets(down(x)))
})

test('the norm over all and the norm of a matrix choose different grids', t => {
  // one bin a grid: sums over the channels are 3, 2, 1 and 0, the largest channels 1, 2, 0.5 and 0
  const image = tf.tensor4d([1, 1, 1, 2, 0, 0, 0.5, 0.5, 0, 0, 0, 0], [1, 2, 2, 3])
  near(t, engine.operations.polyphase(image).dataSync(), [1, 1, 1])
  near(t, engine.operations.polyphase(image, 'matrix').dataSync(), [2, 0, 0])
  const weights = weightsFrom(1)
  const settings = { kind: 'aps', criterion: 'matrix', kernel: 5, taps: 'random', padding: 'zeros' } as const
  const map = tf.abs(tf.randomNormal([4, 6, 8, 3], 0, 1, 'float32', 3))
  const dense = engine.operations.slidingMax(map, { size: 2, padding: 'lowest' })
  const chosen = downsampler(engine, weights.scope, settings, 3)(map)
  near(t, chosen.dataSync(), engine.operations.polyphase(dense, 'matrix').dataSync())
})

test('behind the binomial filter the four norms are one, and the first grid is as good as any', t => {
  const weights = weightsFrom(1)
  const settings = { kind: 'aps+blur', kernel: 5, taps: 'random', padding: 'circular' } as const
  const map = tf.abs(tf.randomNormal([1, 8, 8, 2], 0, 1, 'float32', 3))
  const value = downsampler(engine, weights.scope, settings, 2)(map)
  t.deepEqual(value.shape, [1, 4, 4, 2])
  t.is(weights.all.length, 0)
  const dense = engine.operations.slidingMax(map, { size: 2, padding: 'circular' })
  near(t, tf.sum(value).dataSync(), tf.mul(tf.sum(dense), 0.25).dataSync(), 'a quarter of what is there')
})
