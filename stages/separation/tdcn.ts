import { z } from 'zod'
import { duration } from '../../data/quantities.js'
import type { Engine, Scope, Tensor } from '../../engine/engine.js'
import { batchOf, describeStage, excerpt, ParameterProblem } from '../contract.js'
import { type Basis, learnedBasis, levelNorm, stftBasis } from './bases.js'
import type { Framing } from './frames.js'
import { consistent, energyShares } from './mixture-consistency.js'
import { overTime, tdcnBody } from './tdcn-body.js'

const parameters = z.strictObject({
  sources: z.int().min(1).max(64).default(4).describe('sounds that leave; more than any mixture has'),
  basis: z
    .enum(['learned', 'stft'])
    .default('learned')
    .describe('learned: two learnt matrices. stft: Fourier transform with square-root Hann windows'),
  window: duration({ min: 0.0001, max: 1 })
    .optional()
    .describe('a frame: 2.5 ms if the basis is learned, 32 ms if it is stft'),
  hop: duration({ min: 0.0001, max: 1 })
    .optional()
    .describe(
      'from frame to frame; the window is a multiple of it: 1.25 ms if the basis is learned, 8 ms if it is stft',
    ),
  coefficients: z.int().min(1).max(8192).default(256).describe('of the learned basis'),
  bottleneck: z.int().min(1).max(8192).default(256).describe('features between blocks'),
  channels: z.int().min(1).max(8192).default(512).describe('features inside a block'),
  kernel: z
    .int()
    .min(1)
    .max(31)
    .refine(taps => taps % 2 === 1, 'expected an odd number')
    .default(3)
    .describe('taps of the dilated convolutions over time'),
  blocks: z.int().min(1).max(16).default(8).describe('blocks a repeat, with dilations 1, 2, 4, ...'),
  repeats: z.int().min(1).max(16).default(4).describe('how often the blocks come'),
  variant: z
    .enum(['ours', 'published'])
    .default('ours')
    .describe(
      "of a block. ours: norms with a gain and an offset a feature, biases in the dense layers. published: as the authors' code, one gain and one offset, a bias behind the convolution alone",
    ),
  skips: z
    .boolean()
    .default(false)
    .describe('whether each repeat also reads the inputs of all repeats before it, through dense layers'),
  consistency: z
    .enum(['none', 'uniform', 'predicted', 'energy'])
    .default('predicted')
    .describe(
      'how what the sources lack to the mixture is shared among them: not at all, alike, by weights that the network ' +
        'predicts, or by energy',
    ),
})
type Parameters = z.output<typeof parameters>

/** TDCN++: masks from dilated convolutions over time, as MixIT's authors train it. */
export default describeStage({
  name: 'tdcn',
  runsIn: 'tensor',
  role: 'separator',
  summary: 'Separates a mixture into sources: dilated convolutions over time predict a mask for each (TDCN++).',
  source: 'Kavalerov et al., WASPAA 2019; Wisdom et al., NeurIPS 2020',
  parameters,
  in: { from: batchOf(excerpt) },
  out: ({ from }, given) => {
    framingOf(given, from.of.rate)
    return { ...from, of: { kind: 'channels', of: from.of, count: given.sources } }
  },
  build: (given, { from }) => {
    const framing = framingOf(given, from.of.rate)
    return (engine, scope) => {
      const separate = tdcn(engine, scope, given, framing)
      return ({ from }) => separate(from)
    }
  },
})

/** @throws ParameterProblem if frames do not overlap evenly */
function framingOf({ basis, window: seconds, hop: apart }: Parameters, rate: number): Framing {
  const usual = basis === 'stft' ? { window: 0.032, hop: 0.008 } : { window: 0.0025, hop: 0.00125 }
  const window = Math.round((seconds ?? usual.window) * rate)
  const hop = Math.round((apart ?? usual.hop) * rate)
  const inSamples = `${window} samples with a hop of ${hop}`
  if (hop < 1 || window % hop !== 0 || window < 2 * hop)
    throw new ParameterProblem('window', `it is ${inSamples} at ${rate} Hz: expected twice, three times, ... the hop`)
  if (basis === 'stft' && window % 2 === 1)
    throw new ParameterProblem('window', `it is ${inSamples} at ${rate} Hz: expected an even number of samples`)
  return { window, hop }
}

/** From mixtures [batch, samples] to [batch, sources, samples]; any number of samples. */
function tdcn(engine: Engine, scope: Scope, given: Parameters, framing: Framing): (mixture: Tensor) => Tensor {
  const { tf } = engine
  const { sources, bottleneck, consistency } = given
  const basis: Basis =
    given.basis === 'stft'
      ? stftBasis(engine, framing)
      : learnedBasis(engine, scope.within('basis'), framing, given.coefficients)
  const norm = levelNorm(engine, scope.within('norm'))
  const body = tdcnBody(engine, scope, basis.size, given)
  const toMasks = overTime(engine, scope.within('masks'), bottleneck, sources * basis.size)
  const shares =
    consistency === 'predicted'
      ? engine.layers.dense(scope.within('shares'), { in: bottleneck, out: sources })
      : undefined
  return mixture => {
    const [batch, samples] = mixture.shape as [number, number]
    const analysis = basis.analyse(mixture)
    const features = body(norm(analysis.magnitude))
    const masks = tf.sigmoid(tf.reshape(toMasks(features), [-1, batch, sources, basis.size]))
    const separated = tf.reshape(analysis.masked(masks), [batch, sources, samples])
    if (consistency === 'none') return separated
    if (consistency === 'uniform') return consistent(engine, separated, mixture)
    const weights = shares ? tf.softmax(shares(tf.mean(features, 0))) : energyShares(engine, separated)
    return consistent(engine, separated, mixture, weights)
  }
}
