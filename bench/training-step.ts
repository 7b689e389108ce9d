/**
 * One training step (forward, backward, optimiser) of Earshot and of PyTorch float32 channels_last, the same models and
 * batches, in turns in one run. Prints examples per second, the median of all steps, and the ratio; above 1 Earshot is
 * faster.
 *
 *   node dist/bench/training-step.js [--rounds 5] [--threads 2] [--precision float32|bfloat16]
 *
 * Python with torch: EARSHOT_PYTHON, or python3.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { median } from 'd3-array'
import type { Engine, Precision, Scope, Tensor } from '../engine/engine.js'
import { lossAndGradients } from '../engine/gradients.js'
import { createOptimiser, type OptimiserOptions } from '../engine/optimisers/optimiser.js'
import { startEngine } from '../engine/tensorflow.js'
import { createWeights } from '../engine/weights.js'
import { streamOf } from '../graphs/streams/draws.js'
import type { Stage, TensorStage } from '../stages/contract.js'
import resnet18 from '../stages/encoders/resnet18.js'
import vgg from '../stages/encoders/vgg.js'
import projection from '../stages/heads/projection.js'
import { ntXent } from '../stages/losses/nt-xent.js'
import type { Port } from '../stages/ports.js'

const MODELS = {
  vgg: { title: 'VGG 32-64-128-128, batch 32', examples: 32, steps: 8, goal: 0.75, make: vggClassifier },
  resnet18: { title: 'ResNet-18, batch 32', examples: 32, steps: 4, goal: 0.65, make: resnetClassifier },
  contrastive: {
    title: 'VGG 32-64-128-256, head, NT-Xent, 2 x 128',
    examples: 256,
    steps: 2,
    goal: 1,
    make: contrastive,
  },
}
type Name = keyof typeof MODELS

const { values: given } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    threads: { type: 'string', default: '2' },
    precision: { type: 'string', default: 'float32' },
    model: { type: 'string', multiple: true, default: Object.keys(MODELS) },
  },
})
const threads = Number(given.threads)
const engine = await startEngine({ threads, precision: given.precision as Precision })
const torch = await startTorch(threads)
console.log(`TensorFlow ${given.precision} against ${torch?.version ?? 'nothing'}, ${threads} threads, examples/s`)
for (const name of given.model as Name[]) {
  const { title, examples, steps, goal, make } = MODELS[name]
  const step = make(engine)
  const ours: number[] = []
  const theirs: number[] = []
  for (let round = 0; round <= Number(given.rounds); round += 1) {
    const times = Array.from({ length: steps }, () => timed(step))
    const peer = (await torch?.run(name, steps)) ?? []
    if (round === 0) continue // kernels are made and memory is taken in the first
    ours.push(...times)
    theirs.push(...peer)
  }
  const rate = (times: number[]) => (examples * 1e3) / median(times)!
  const best = (times: number[]) => (examples * 1e3) / Math.min(...times)
  const alone = `${title}: Earshot ${rate(ours).toFixed(0)} (best ${best(ours).toFixed(0)})`
  if (theirs.length === 0) console.log(alone)
  else
    console.log(
      `${alone}, PyTorch ${rate(theirs).toFixed(0)} (best ${best(theirs).toFixed(0)}), ` +
        `ratio ${(rate(ours) / rate(theirs)).toFixed(2)} (goal ${goal})`,
    )
}
torch?.end()

function timed(step: () => void): number {
  const start = performance.now()
  step()
  return performance.now() - start
}

function vggClassifier(engine: Engine): () => void {
  return classifier(engine, vgg, { widths: [32, 64, 128, 128], pooling: 'mean' }, 96)
}

function resnetClassifier(engine: Engine): () => void {
  return classifier(engine, resnet18, {}, 101)
}

function classifier(engine: Engine, encoder: Stage, parameters: object, frames: number): () => void {
  const { tf } = engine
  const batch = 32
  const x = tf.randomNormal([batch, frames, 64])
  const classes = Array.from({ length: batch }, (_, index) => index % 10)
  const labels = tf.oneHot(tf.tensor1d(classes, 'int32'), 10)
  const adam = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 } as const
  return trained(engine, adam, 1e-3, scope => {
    const [encode, out] = built(engine, encoder, parameters, patches(batch, frames), scope.within('encoder'))
    const size = out.kind === 'batch' && out.of.kind === 'embedding' ? out.of.size : 0
    const dense = engine.layers.dense(scope.within('dense'), { in: size, out: 10 })
    return () => tf.losses.softmaxCrossEntropy(labels, dense(encode(x)))
  })
}

function contrastive(engine: Engine): () => void {
  const batch = 128
  const [a, b] = [0, 1].map(() => engine.tf.randomNormal([batch, 96, 64])) as [Tensor, Tensor]
  const sgd = { kind: 'sgd', momentum: 0.9, weightDecay: 1e-4 } as const
  return trained(engine, sgd, 0.03, scope => {
    const [encode, out] = built(engine, vgg, {}, patches(batch, 96), scope.within('encoder'))
    const [project] = built(engine, projection, {}, out, scope.within('projection'))
    return () => ntXent(engine, [project(encode(a)), project(encode(b))], 0.2)
  })
}

function trained(
  engine: Engine,
  options: OptimiserOptions,
  learningRate: number,
  make: (scope: Scope) => () => Tensor,
) {
  const weights = createWeights(engine, name => streamOf(name))
  const loss = make(weights.scope)
  const optimiser = createOptimiser(engine, weights.trainable, options)
  return () => {
    const { loss: value, gradients } = lossAndGradients(engine, weights.trainable, loss)
    optimiser.apply(gradients, { learningRate })
    value.dataSync()
    value.dispose()
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

function patches(size: number, frames: number): Port {
  return { kind: 'batch', of: { kind: 'patch', rate: 16000, hop: 160, frames, bands: 64 }, size }
}

/** The Python process, waiting for work; undefined, with a sentence, where there is no torch. */
async function startTorch(threads: number) {
  const python = process.env.EARSHOT_PYTHON ?? 'python3'
  const child = spawn(python, [join('bench', 'training-step.py'), String(threads)], {
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const version = await Promise.race([answers.next(), once(child, 'error').then(() => ({ done: true, value: '' }))])
  if (version.done) {
    console.log(
      `No PyTorch to compare with: '${python}' cannot import torch. Set EARSHOT_PYTHON to a Python that has it.`,
    )
    return undefined
  }
  return {
    version: version.value as string,
    run: async (name: Name, steps: number): Promise<number[]> => {
      child.stdin.write(`${name} ${steps}\n`)
      const { value } = await answers.next()
      return String(value).split(' ').map(Number)
    },
    end: () => child.stdin.end(),
  }
}
