import { z } from 'zod'
import type { Engine, Scope, Tensor } from '../../engine/engine.js'
import { normal, normalByFanOut } from '../../engine/layers/initial.js'
import { batchOf, describeStage, ParameterProblem, patch } from '../contract.js'
import { demandPatch, type ImageBlock, inTurn } from './image-blocks.js'
import { CRITERIA, DOWNSAMPLINGS, downsampler } from './vgg4/downsampling.js'
import { POOLINGS, timeFrequencyPool } from './vgg4/time-frequency-pool.js'

const parameters = z.strictObject({
  variant: z
    .enum(['code', 'slides'])
    .default('code')
    .describe('code: 48-64-128-256 channels behind a first convolution of 32. slides: 32-64-128-256 and no first one'),
  width: z
    .number()
    .min(1 / 16)
    .max(16)
    .default(1)
    .describe('factor on all channels. 1: VGG41, 2: VGG42; slides at 0.5: 16-32-64-128'),
  downsampling: z
    .enum(DOWNSAMPLINGS)
    .default('max')
    .describe(
      'after blocks 1 to 3. blur: fixed binomial filter. tlpf: a learnt low-pass filter a channel. aps: of the four grids the one of the largest norm, without a filter or behind one (behind blur the norms are nearly equal: what chooses is little more than the edges)',
    ),
  criterion: z
    .enum(CRITERIA)
    .default('l1')
    .describe(
      "of aps. l1: over all, as the paper has it. matrix: as the authors' code computes it, the largest of the channels' l1 norms",
    ),
  kernel: z.int().min(2).max(7).default(5).describe('taps of the filter in time and in frequency'),
  taps: z
    .enum(['random', 'binomial'])
    .default('random')
    .describe('what learnt filters start from. random: nearly equal taps. binomial: the filter of blur'),
  'intra-block': z
    .enum(['max', 'none'])
    .default('max')
    .describe('between the two convolutions of blocks 1 to 3. max: 3 x 3, stride 1'),
  pooling: z
    .enum(POOLINGS)
    .default('maxmeanfreq')
    .describe('over time and frequency at the end. maxmeanfreq: mean over frequency, then maximum over time'),
  padding: z
    .enum(['zeros', 'circular'])
    .default('zeros')
    .describe('what lies outside. circular: the other end, with which aps is exactly shift-equivariant'),
  initial: z
    .enum(['fan-out', 'small'])
    .default('fan-out')
    .describe('start of convolutions. small: N(0, 0.01), as the authors; fan-out: He et al.'),
})

type Parameters = z.output<typeof parameters>

const WIDTHS = { code: [48, 64, 128, 256], slides: [32, 64, 128, 256] }
const STEM = 32

/** VGG41 and VGG42 (Fonseca, Ferraro and Serra, 2021): four blocks of two convolutions, three poolings under study. */
export default describeStage({
  name: 'vgg4',
  runsIn: 'tensor',
  role: 'encoder',
  summary: 'VGG41 (width 1) and VGG42 (width 2): four blocks of two 3 x 3 convolutions, low-pass or adaptive pooling.',
  source: 'Fonseca, Ferraro and Serra, arXiv 2107.00623; edufonseca/shift_sec',
  parameters,
  in: { from: batchOf(patch) },
  out: ({ from }, given) => {
    demandSize(from.of, given)
    const size = channelsOf(given).at(-1)! * (given.pooling === 'mean-max' ? 2 : 1)
    return { kind: 'batch', of: { kind: 'embedding', size }, size: from.size }
  },
  build: given => (engine, scope) => {
    const { tf, operations } = engine
    const channels = channelsOf(given)
    const stem = given.variant === 'code' ? Math.round(STEM * given.width) : 0
    const first =
      stem > 0
        ? convolution(engine, scope.within('stem'), given, { in: 1, out: stem, inputGradient: false })
        : undefined
    const blocks = channels.map((out, index) =>
      block(engine, scope.within(`block${index}`), given, {
        in: channels[index - 1] ?? (stem || 1),
        out,
        readsData: index === 0 && stem === 0,
        last: index === channels.length - 1,
      }),
    )
    const pool = timeFrequencyPool(engine, given.pooling)
    return ({ from }, options) => {
      const image = operations.raw.toActivation(tf.expandDims(from, 3))
      const begun = first ? first(image, options) : image
      if (first) options.layer?.('stem', begun)
      return pool(inTurn(blocks, 'block', begun, options))
    }
  },
})

function channelsOf({ variant, width }: Parameters): number[] {
  return WIDTHS[variant].map(channels => Math.max(1, Math.round(channels * width)))
}

function demandSize({ frames, bands }: { frames: number; bands: number }, { padding, kernel }: Parameters): void {
  if (padding === 'circular' && (frames % 8 !== 0 || bands % 8 !== 0))
    throw new ParameterProblem(
      'padding',
      `circular padding needs frames and bands that halve three times (multiples of 8), and ${frames} x ${bands} arrives`,
    )
  const smallest = padding === 'circular' ? Math.max(8, 4 * Math.ceil(kernel / 2)) : 8
  demandPatch({ frames, bands }, [smallest, smallest], 'from', 'vgg4 needs patches of')
}

function block(
  engine: Engine,
  scope: Scope,
  given: Parameters,
  { in: channels, out, readsData, last }: { in: number; out: number; readsData: boolean; last: boolean },
): ImageBlock {
  const first = convolution(engine, scope.within('first'), given, { in: channels, out, inputGradient: !readsData })
  const second = convolution(engine, scope.within('second'), given, { in: out, out, inputGradient: true })
  const edge = given.padding === 'circular' ? 'circular' : 'lowest'
  const between = (x: Tensor) =>
    last || given['intra-block'] === 'none' ? x : engine.operations.slidingMax(x, { size: 3, padding: edge })
  const { downsampling: kind, criterion, kernel, taps, padding } = given
  const pooling = { kind, criterion, kernel, taps, padding }
  const down = last ? undefined : downsampler(engine, scope.within('pooling'), pooling, out)
  return (x, options) => {
    const features = second(between(first(x, options)), options)
    return down ? down(features) : features
  }
}

/** Convolution 3 x 3 without bias, batch norm, ReLU. */
function convolution(
  engine: Engine,
  scope: Scope,
  { padding, initial }: Parameters,
  { in: channels, out, inputGradient }: { in: number; out: number; inputGradient: boolean },
): ImageBlock {
  const { operations, layers } = engine
  const filter = scope.weight(
    'filter',
    [3, 3, channels, out],
    initial === 'small' ? normal(0.01) : normalByFanOut(9 * out),
  )
  const norm = layers.batchNorm2d(scope, out)
  return (x, options) => {
    const wide = padding === 'circular' ? operations.pad(x, [1, 1, 1, 1], 'circular') : x
    const settings = { stride: 1, padding: padding === 'circular' ? 0 : 1, inputGradient }
    return operations.relu(norm(operations.convolution(wide, filter.read(), settings), options))
  }
}
