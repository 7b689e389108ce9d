/**
 * One training step (forward, MixIT, backward, Adam) of a small separator, in Earshot and in PyTorch float32: the same
 * model (STFT 512/128, 2 x 8 blocks of 128/256, 4 sources), the same batches, in turns in one run. Prints seconds a step,
 * the median of all, and the ratio of the two; above 1 Earshot is faster.
 *
 *   node dist/bench/separator-step.js [--rounds 5] [--threads 2] [--batch 8] [--seconds 2]
 *
 * Python with torch: EARSHOT_PYTHON, or python3.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { median } from 'd3-array'
import type { Tensor } from '../engine/engine.js'
import { lossAndGradients } from '../engine/gradients.js'
import { createOptimiser } from '../engine/optimisers/optimiser.js'
import { startEngine } from '../engine/tensorflow.js'
import { createWeights, type Weights } from '../engine/weights.js'
import { streamOf } from '../graphs/streams/draws.js'
import type { TensorStage } from '../stages/contract.js'
import { mixit } from '../stages/losses/mixit.js'
import type { Port } from '../stages/ports.js'
import tdcn from '../stages/separation/tdcn.js'

const RATE = 16_000
const STEPS = 3
const SIZE = { basis: 'stft', sources: 4, bottleneck: 128, channels: 256, blocks: 8, repeats: 2 }

const { values: given } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    threads: { type: 'string', default: '2' },
    batch: { type: 'string', default: '8' },
    seconds: { type: 'string', default: '2' },
  },
})
const [rounds, threads, batch] = [given.rounds, given.threads, given.batch].map(Number) as [number, number, number]
const samples = Number(given.seconds) * RATE
const engine = await startEngine({ threads })
const torch = await startTorch()
const { step, weights } = training()
const size = weights.trainable.reduce((sum, { shape }) => sum + shape.reduce((product, side) => product * side, 1), 0)
console.log(`Earshot, ${size} weights, against ${torch?.version ?? 'nothing'} weights, ${threads} threads`)
const ours: number[] = []
const theirs: number[] = []
for (let round = 0; round <= rounds; round += 1) {
  const times = Array.from({ length: STEPS }, () => timed(step))
  const peer = (await torch?.run()) ?? []
  if (round === 0) continue // kernels are made and memory is taken in the first
  ours.push(...times)
  theirs.push(...peer)
}
const alone = `${batch} mixtures of ${given.seconds} s: Earshot ${said(ours)}`
if (theirs.length === 0) console.log(alone)
else console.log(`${alone}, PyTorch ${said(theirs)}, ratio ${(median(theirs)! / median(ours)!).toFixed(2)}`)
torch?.end()

function said(times: number[]): string {
  return `${(median(times)! / 1e3).toFixed(3)} s a step (best ${(Math.min(...times) / 1e3).toFixed(3)})`
}

function timed(step: () => void): number {
  const start = performance.now()
  step()
  return performance.now() - start
}

function training(): { step: () => void; weights: Weights } {
  const { tf } = engine
  const weights = createWeights(engine, name => streamOf(name))
  const from: Port = { kind: 'batch', of: { kind: 'excerpt', rate: RATE, samples }, size: batch }
  const { parameters, out, build } = tdcn as TensorStage
  const parsed = parameters.parse(SIZE)
  const separate = build(parsed, { from, out: out({ from }, parsed) })(engine, weights.scope)
  const [a, b] = [tf.randomNormal([batch, samples]), tf.randomNormal([batch, samples])]
  const options = { threshold: 1e-3, search: 'exhaustive', single: false } as const
  const adam = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 } as const
  const optimiser = createOptimiser(engine, weights.trainable, adam)
  const step = () => {
    const { loss, gradients } = lossAndGradients(engine, weights.trainable, () => {
      const sources = separate({ from: tf.add(a, b) }, { training: true }) as Tensor
      return mixit(engine, sources, a, b, options)
    })
    optimiser.apply(gradients, { learningRate: 1e-3 })
    loss.dataSync()
    loss.dispose()
  }
  return { step, weights }
}

/** The Python process, waiting for work; undefined, with a sentence, where there is no torch. */
async function startTorch() {
  const python = process.env.EARSHOT_PYTHON ?? 'python3'
  const script = join('bench', 'separator-step.py')
  const child = spawn(python, [script, String(threads), String(batch), String(samples)], {
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
    run: async (): Promise<number[]> => {
      child.stdin.write(`${STEPS}\n`)
      const { value } = await answers.next()
      return String(value).split(' ').map(Number)
    },
    end: () => child.stdin.end(),
  }
}
