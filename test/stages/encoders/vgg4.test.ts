import test from 'ava'
import type { Weight } from '../../../engine/engine.js'
import { lossAndGradients } from '../../../engine/gradients.js'
import { ParameterProblem } from '../../../stages/contract.js'
import { timeFrequencyPool } from '../../../stages/encoders/vgg4/time-frequency-pool.js'
import vgg4 from '../../../stages/encoders/vgg4.js'
import type { Port } from '../../../stages/ports.js'
import { normal } from '../../engine/finite-differences.js'
import { BFLOAT16, near } from '../../engine/near.js'
import { engine, fixture, narrow, tensorOf, weightsFrom } from '../../engine/started.js'
import { builder, outOf } from '../built.js'

const { tf } = engine

interface Numbers {
  shape: number[]
  data: number[]
}
interface Case {
  parameters: Record<string, unknown>
  names: string[]
  x: Numbers
  value: Numbers
  norms: Record<string, number>
  first: Record<string, Numbers>
  rounding: { value: number; norms: Record<string, number>; first: Record<string, number> }
}

const patches = (frames: number, bands: number, size = 4): Port => ({
  kind: 'batch',
  of: { kind: 'patch', rate: 16000, hop: 160, frames, bands },
  size,
})

const sizeOf = (weights: readonly Weight[]) =>
  weights.reduce((sum, { shape }) => sum + shape.reduce((product, side) => product * side, 1), 0)

const wave = (count: number, phase: number) =>
  Float32Array.from({ length: count }, (_, index) => Math.sin(0.7 * index + phase))

/** The weights of the fixture's formula. */
function fill(weights: readonly Weight[], names: readonly string[]): void {
  for (const weight of weights) {
    const [part, name] = [weight.name.slice(0, weight.name.lastIndexOf('.')), weight.name.split('.').at(-1)!]
    const count = sizeOf([weight])
    const at = names.indexOf(name === 'taps' ? weight.name : `${part}.filter`)
    const values = {
      filter: () => wave(count, at).map(value => value * Math.sqrt(2 / (9 * weight.shape[2]!))),
      scale: () => wave(count, at).map(value => 1 + 0.5 * value),
      offset: () => wave(count, -at).map(value => 0.1 * value),
      taps: () => wave(count, at).map(value => 0.5 * value),
    }
    weight.assign(tf.tensor(values[name as keyof typeof values](), [...weight.shape]))
  }
}

for (const { parameters, names, x, value, norms, first, rounding } of fixture<Case[]>('vgg4/encoders.json')) {
  test(`${parameters.variant}, ${parameters.downsampling}: value and gradients agree with PyTorch`, t => {
    const weights = weightsFrom(1)
    const encoder = builder(vgg4, parameters, { from: patches(27, 18) })(weights.scope)
    t.deepEqual(weights.trainable.map(({ name }) => name).sort(), [...names].sort())
    fill(weights.trainable, names)
    const towards = tf.tensor(wave(value.data.length, 0.3), value.shape)
    const { gradients } = lossAndGradients(engine, weights.trainable, () => {
      const found = encoder({ from: tensorOf(x) }, { training: true })
      t.deepEqual(found.shape, value.shape)
      near(t, found.dataSync(), value.data, 'value', { rounding: rounding.value })
      return tf.sum(tf.mul(found, towards))
    })
    weights.trainable.forEach(({ name }, index) => {
      near(t, tf.norm(gradients[index]!).dataSync(), [norms[name]!], `norm of ${name}`, {
        rounding: rounding.norms[name]!,
      })
      near(t, gradients[index]!.flatten().dataSync().slice(0, 12), first[name]!.data, name, {
        rounding: rounding.first[name]!,
      })
    })
  })
}

/** Weights with the 200-class output layer of FSD50K, as published counts have it. */
const million = (parameters: object) => {
  const weights = weightsFrom(1)
  builder(vgg4, parameters, { from: patches(101, 96) })(weights.scope)
  const out = outOf(vgg4, parameters, { from: patches(101, 96) })
  const embedding = out.kind === 'batch' && out.of.kind === 'embedding' ? out.of.size : 0
  return ((sizeOf(weights.trainable) + 200 * embedding + 200) / 1e6).toFixed(2)
}

test('parameter counts are the published ones, with an output layer of 200 classes', t => {
  t.is(million({ variant: 'code' }), '1.26')
  t.is(million({ variant: 'code', width: 2 }), '4.93')
  t.is(million({ variant: 'slides' }), '1.22')
})

test('5 x 5 learnt filters add 25 weights a channel: 6,000 in VGG41, 12,000 in VGG42', t => {
  const count = (parameters: object) => {
    const weights = weightsFrom(1)
    builder(vgg4, parameters, { from: patches(101, 96) })(weights.scope)
    return sizeOf(weights.trainable)
  }
  t.is(count({ downsampling: 'tlpf' }) - count({}), 6000)
  t.is(count({ width: 2, downsampling: 'aps+tlpf' }) - count({ width: 2, downsampling: 'aps' }), 12_000)
})

test('the embedding is as wide as the last block, twice with mean-max', t => {
  const sizes = [{ width: 0.5, variant: 'slides' }, {}, { width: 2 }, { pooling: 'mean-max' }].map(parameters => {
    const out = outOf(vgg4, parameters, { from: patches(96, 64) })
    return out.kind === 'batch' && out.of.kind === 'embedding' && out.of.size
  })
  t.deepEqual(sizes, [128, 256, 512, 512])
})

for (const pooling of ['maxmeanfreq', 'meanmaxfreq', 'maxmeantime', 'meanmaxtime', 'mean', 'max'] as const) {
  test(`${pooling} takes the axes in the order of its name`, t => {
    const weights = weightsFrom(2)
    const features = tensorOf(normal([2, 5, 3, 4], 'features'))
    const pooled = timeFrequencyPool(engine, pooling)(features)
    const expected = {
      maxmeanfreq: () => tf.max(tf.mean(features, 2), 1),
      meanmaxfreq: () => tf.mean(tf.max(features, 2), 1),
      maxmeantime: () => tf.max(tf.mean(features, 1), 1),
      meanmaxtime: () => tf.mean(tf.max(features, 1), 1),
      mean: () => tf.mean(features, [1, 2]),
      max: () => tf.max(features, [1, 2]),
    }
    near(t, pooled.dataSync(), expected[pooling]().dataSync())
    weights.dispose()
  })
}

const shifted = (x: number[][], by: number) => x.map((_, at) => x[(at + x.length - by) % x.length]!)

test('with circular padding and adaptive sampling the embedding does not change under shifts at all', t => {
  const [frames, bands] = [24, 16]
  const of = (downsampling: string) => {
    const parameters = { variant: 'slides', width: 0.125, downsampling, padding: 'circular', kernel: 5 }
    return builder(vgg4, parameters, { from: patches(frames, bands, 1) })(weightsFrom(3).scope)
  }
  const image = tensorOf(normal([frames, bands], 'image')).arraySync() as number[][]
  const transposed = (x: number[][]) => x[0]!.map((_, band) => x.map(row => row[band]!))
  const moved = [1, 2, 3, 5].flatMap(by => [shifted(image, by), transposed(shifted(transposed(image), by))])
  const apart = (downsampling: string) => {
    const encoder = of(downsampling)
    const embed = (x: number[][]) => encoder({ from: tf.tensor3d([x]) }, { training: false }).dataSync()
    const still = embed(image)
    return Math.max(...moved.map(x => Math.max(...embed(x).map((value, at) => Math.abs(value - still[at]!)))))
  }
  t.true(apart('aps') < 1e-5)
  t.true(apart('aps+tlpf') < 1e-5)
  t.true(apart('max') > 1e-2)
})

test('circular padding refuses what does not halve three times; small patches are refused', t => {
  const out = (parameters: object, frames: number, bands: number) => () =>
    outOf(vgg4, parameters, { from: patches(frames, bands) })
  const odd = t.throws(out({ padding: 'circular' }, 101, 96), { instanceOf: ParameterProblem })
  t.is(odd.parameter, 'padding')
  t.throws(out({}, 96, 7), { instanceOf: ParameterProblem })
  t.notThrows(out({}, 101, 96))
})

const inBfloat16 = narrow ? test : test.skip

for (const downsampling of ['max', 'blur', 'aps+tlpf'] as const) {
  inBfloat16(`${downsampling} in bfloat16 is near float32`, t => {
    const x = tensorOf(normal([4, 24, 16], 'x'))
    const pass = (by: typeof engine) => {
      const weights = weightsFrom(1, by)
      const parameters = { variant: 'slides', width: 0.25, downsampling }
      const encoder = builder(vgg4, parameters, { from: patches(24, 16) }, by)(weights.scope)
      let value: Float32Array | undefined
      const { gradients } = lossAndGradients(by, weights.trainable, () => {
        const embedding = encoder({ from: x }, { training: true })
        value = embedding.dataSync().slice() as Float32Array
        return by.tf.mean(by.tf.square(embedding))
      })
      return { value: value!, norms: gradients.map(gradient => by.tf.norm(gradient).dataSync()[0]!) }
    }
    const [wide, found] = [pass(engine), pass(narrow!)]
    near(t, found.value, wide.value, 'value', { unit: BFLOAT16, roundings: 64 })
    near(t, found.norms, wide.norms, 'norms of the gradients', { unit: BFLOAT16, roundings: 64 })
  })
}

test('no tensor left behind', t => {
  const weights = weightsFrom(7)
  const encoder = builder(vgg4, { width: 0.125, downsampling: 'aps+tlpf' }, { from: patches(16, 12) })(weights.scope)
  const x = tensorOf(normal([4, 16, 12], 'patches'))
  const counts = Array.from({ length: 4 }, () => {
    const { loss, gradients } = lossAndGradients(engine, weights.trainable, () =>
      tf.mean(tf.square(encoder({ from: x }, { training: true }))),
    )
    tf.dispose([loss, gradients])
    return tf.memory().numTensors
  })
  t.is(counts.at(-1), counts[1])
})
