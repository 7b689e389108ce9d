/** What bench/training-step.ts times: each a model, its batch, its loss and its optimiser. */
import { type Compile, compiled } from '../../engine/compile/compiled.js'
import type { Engine, Scope, Tensor } from '../../engine/engine.js'
import { lossAndGradients } from '../../engine/gradients.js'
import { createOptimiser, type OptimiserOptions } from '../../engine/optimisers/optimiser.js'
import { createWeights } from '../../engine/weights.js'
import { streamOf } from '../../graphs/streams/draws.js'
import type { Stage, TensorStage } from '../../stages/contract.js'
import resnet18 from '../../stages/encoders/resnet18.js'
import vgg from '../../stages/encoders/vgg.js'
import vit from '../../stages/encoders/vit.js'
import projection from '../../stages/heads/projection.js'
import { mixit } from '../../stages/losses/mixit.js'
import { ntXent } from '../../stages/losses/nt-xent.js'
import type { Port } from '../../stages/ports.js'
import tdcn from '../../stages/separation/tdcn.js'

/** A step, by itself; it gives the loss. The same steps each time it is made. */
type Make = (engine: Engine, how: Compile, say: (why: string) => void) => () => number

interface Timed {
  title: string
  /** Of a step. */
  examples: number
  /** Steps in a turn. */
  steps: number
  convolutions: boolean
  make: Make
}

const ADAM: OptimiserOptions = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 }
const SGD: OptimiserOptions = { kind: 'sgd', momentum: 0.9, weightDecay: 1e-4 }

const all = {
  vgg: {
    title: 'VGG 32-64-128-128, batch 32',
    examples: 32,
    steps: 8,
    convolutions: true,
    make: classifier(vgg, { widths: [32, 64, 128, 128], pooling: 'mean' }, 96),
  },
  resnet18: {
    title: 'ResNet-18, batch 32',
    examples: 32,
    steps: 4,
    convolutions: true,
    make: classifier(resnet18, {}, 101),
  },
  small: {
    title: 'VGG 16-32-64-128, head, NT-Xent, 2 x 64',
    examples: 128,
    steps: 6,
    convolutions: true,
    make: contrastive(64, [16, 32, 64, 128]),
  },
  contrastive: {
    title: 'VGG 32-64-128-256, head, NT-Xent, 2 x 128',
    examples: 256,
    steps: 2,
    convolutions: true,
    make: contrastive(128, [32, 64, 128, 256]),
  },
  separator: {
    title: 'separator, 8 mixtures of 2 s, MixIT',
    examples: 8,
    steps: 3,
    convolutions: false,
    make: separator(8, 32_000),
  },
  vit: {
    title: 'transformer, 4 blocks of 192, 64 clips, 24 of 96 tokens kept',
    examples: 64,
    steps: 4,
    convolutions: false,
    make: masked(64, 24),
  },
} satisfies Record<string, Timed>

export type Name = keyof typeof all
export const models: Record<Name, Timed> = all

function classifier(encoder: Stage, parameters: object, frames: number): Make {
  const batch = 32
  return (engine, how, say) => {
    const { tf } = engine
    const x = noise(engine, [batch, frames, 64], 1)
    const classes = Array.from({ length: batch }, (_, index) => index % 10)
    const labels = tf.cast(tf.oneHot(tf.tensor1d(classes, 'int32'), 10), 'float32')
    return trained(engine, { how, say, optimiser: ADAM, rate: 1e-3, inputs: [x, labels] }, scope => {
      const [encode, out] = built(engine, encoder, parameters, patches(batch, frames), scope.within('encoder'))
      const size = out.kind === 'batch' && out.of.kind === 'embedding' ? out.of.size : 0
      const dense = engine.layers.dense(scope.within('dense'), { in: size, out: 10 })
      return ([x, labels]) => tf.losses.softmaxCrossEntropy(labels!, dense(encode(x!)))
    })
  }
}

function contrastive(batch: number, widths: number[]): Make {
  return (engine, how, say) => {
    const inputs = [1, 2].map(seed => noise(engine, [batch, 96, 64], seed))
    return trained(engine, { how, say, optimiser: SGD, rate: 0.03, inputs }, scope => {
      const [encode, out] = built(engine, vgg, { widths }, patches(batch, 96), scope.within('encoder'))
      const [project] = built(engine, projection, {}, out, scope.within('projection'))
      return ([a, b]) => ntXent(engine, [project(encode(a!)), project(encode(b!))], 0.2)
    })
  }
}

/** Tokens of a masked patch brought near to 0: the encoder of masked models alone. */
function masked(batch: number, kept: number): Make {
  return (engine, how, say) => {
    const { tf } = engine
    const keep = tf.tile(tf.reshape(tf.range(0, 96), [1, 96]), [batch, 1])
    const inputs = [noise(engine, [batch, 96, 64], 1), keep]
    return trained(engine, { how, say, optimiser: ADAM, rate: 1e-3, inputs }, scope => {
      const mask: Port = { kind: 'batch', of: { kind: 'indices', kept, times: 12, bins: 8 }, size: batch }
      const parameters = vit.parameters.parse({ patch: [8, 8] })
      const ports = { from: patches(batch, 96), keep: mask }
      const { out, build } = vit as TensorStage
      const call = build(parameters, { ...ports, out: out(ports, parameters) })(engine, scope) as (
        inputs: Record<string, Tensor>,
        options: { training: boolean },
      ) => Tensor
      return ([from, keep]) => tf.mean(tf.square(call({ from: from!, keep: keep! }, { training: true })))
    })
  }
}

/** STFT 512/128, 2 x 8 blocks of 128/256, 4 sources. */
const SEPARATOR = { basis: 'stft', sources: 4, bottleneck: 128, channels: 256, blocks: 8, repeats: 2 }

function separator(batch: number, samples: number): Make {
  return (engine, how, say) => {
    const { tf } = engine
    const inputs = [1, 2].map(seed => noise(engine, [batch, samples], seed))
    return trained(engine, { how, say, optimiser: ADAM, rate: 1e-3, inputs }, scope => {
      const from: Port = { kind: 'batch', of: { kind: 'excerpt', rate: 16_000, samples }, size: batch }
      const [separate] = built(engine, tdcn, SEPARATOR, from, scope)
      const options = { threshold: 1e-3, search: 'exhaustive', single: false } as const
      return ([a, b]) => mixit(engine, separate(tf.add(a!, b!)), a!, b!, options)
    })
  }
}

interface Training {
  how: Compile
  say: (why: string) => void
  optimiser: OptimiserOptions
  rate: number
  inputs: readonly Tensor[]
}

function trained(engine: Engine, training: Training, make: (scope: Scope) => (inputs: readonly Tensor[]) => Tensor) {
  const { tf } = engine
  const { how, say, inputs } = training
  const weights = createWeights(engine, name => streamOf(name))
  const loss = make(weights.scope)
  const optimiser = createOptimiser(engine, weights.trainable, training.optimiser)
  const work = (given: readonly Tensor[]) => {
    const found = lossAndGradients(engine, weights.trainable, () => loss(given))
    optimiser.move(found.gradients, given.slice(inputs.length))
    return [found.loss]
  }
  const call = compiled(engine, work, { how, say })
  return () => {
    const numbers = optimiser.numbers({ learningRate: training.rate }).map(number => tf.scalar(number))
    const outputs = call([...inputs, ...numbers])
    const [value] = outputs[0]!.dataSync()
    tf.dispose([...outputs, ...numbers])
    return value!
  }
}

function built(engine: Engine, stage: Stage, given: object, from: Port, scope: Scope): [(x: Tensor) => Tensor, Port] {
  const tensor = stage as TensorStage
  const parameters = tensor.parameters.parse(given)
  const out = tensor.out({ from }, parameters)
  const call = tensor.build(parameters, { from, out })(engine, scope) as (
    inputs: { from: Tensor },
    options: { training: boolean },
  ) => Tensor
  return [x => call({ from: x }, { training: true }), out]
}

const noise = ({ tf }: Engine, shape: number[], seed: number) => tf.randomNormal(shape, 0, 1, 'float32', seed)

function patches(size: number, frames: number): Port {
  return { kind: 'batch', of: { kind: 'patch', rate: 16000, hop: 160, frames, bands: 64 }, size }
}
