/** The body of TDCN++ (Kavalerov et al., WASPAA 2019): blocks of dilated convolutions over time, all residual. */
import type { Engine, Scope, Tensor } from '../../engine/engine.js'
import { constant, ones, uniformByFanIn, zeros } from '../../engine/layers/initial.js'

export interface TdcnSettings {
  /** Features between blocks. */
  bottleneck: number
  /** Features inside a block. */
  channels: number
  /** Taps of the dilated convolutions. */
  kernel: number
  /** Blocks a repeat: dilations 1, 2, 4, ... */
  blocks: number
  repeats: number
  /**
   * Details of a block. ours: norms with a gain and an offset a feature, dense layers with biases. published: norms with one
   * gain and one offset, a bias behind the convolution and none in the dense layers, as the authors' code.
   */
  variant: 'ours' | 'published'
  /** Whether each repeat reads the inputs of all repeats before it, too, each through a dense layer. */
  skips: boolean
}

type Layer = (x: Tensor) => Tensor

/** From [frames, batch, size] to [frames, batch, bottleneck]. */
export function tdcnBody(engine: Engine, scope: Scope, size: number, settings: TdcnSettings): Layer {
  const { bottleneck, blocks, repeats, skips } = settings
  const { tf } = engine
  const enter = overTime(engine, scope.within('bottleneck'), size, bottleneck)
  const stack = Array.from({ length: repeats }, (_, repeat) => {
    const within = scope.within(`repeat${repeat}`)
    const earlier = skips ? repeat : 0
    return {
      links: Array.from({ length: earlier }, (_, from) =>
        overTime(engine, within.within(`from${from}`), bottleneck, bottleneck),
      ),
      blocks: Array.from({ length: blocks }, (_, block) =>
        tdcnBlock(engine, within.within(`block${block}`), settings, 2 ** block, 0.9 ** (repeat * blocks + block)),
      ),
    }
  })
  return x => {
    let features = enter(x)
    const inputs: Tensor[] = []
    for (const { links, blocks } of stack) {
      for (const [from, link] of links.entries()) features = tf.add(features, link(inputs[from]!))
      inputs.push(features)
      for (const block of blocks) features = block(features)
    }
    return features
  }
}

/**
 * Dense, PReLU, norm, dilated depthwise convolution, PReLU, norm, dense, all added to the input with a learnt scale. The
 * scale that the authors have after the first dense layer, too, is left out: the norm takes it away.
 */
function tdcnBlock(
  engine: Engine,
  scope: Scope,
  { bottleneck, channels, kernel, variant }: TdcnSettings,
  dilation: number,
  startScale: number,
): Layer {
  const { tf, operations } = engine
  const published = variant === 'published'
  const first = overTime(engine, scope.within('first'), bottleneck, channels, { bias: !published })
  const activations = ['one', 'two'].map(name => normedPrelu(engine, scope.within(name), channels, published))
  const filter = scope.weight('filter', [kernel, channels], uniformByFanIn(kernel))
  const scale = scope.weight('scale', [1], constant(startScale))
  const shift = published ? scope.weight('shift', [channels], zeros) : undefined
  const last = overTime(engine, scope.within('last'), channels, bottleneck, {
    bias: !published,
    scale: () => scale.read(),
  })
  return x => {
    const wide = activations[0]!(first(x))
    const convolved = operations.dilatedConvolution(wide, filter.read(), { dilation })
    return tf.add(x, last(activations[1]!(shift ? tf.add(convolved, shift.read()) : convolved)))
  }
}

/** @param shared one gain and one offset for all features */
function normedPrelu({ tf, operations }: Engine, scope: Scope, size: number, shared: boolean): Layer {
  const slope = scope.weight('slope', [1], constant(0.1))
  const gain = scope.weight('gain', [shared ? 1 : size], ones)
  const offset = scope.weight('offset', [shared ? 1 : size], zeros)
  const all = (value: Tensor) => (shared ? tf.tile(value, [size]) : value)
  return x => operations.instanceNorm(operations.prelu(x, slope.read()), all(gain.read()), all(offset.read()))
}

/**
 * A dense layer on each frame: [frames, batch, from] to [frames, batch, to]. Its scale, if it has one, multiplies the
 * weights, which are fewer than the numbers that leave.
 */
export function overTime(
  { tf }: Engine,
  scope: Scope,
  from: number,
  to: number,
  { bias: biased = true, scale }: { bias?: boolean; scale?: () => Tensor } = {},
): Layer {
  const weight = scope.weight('weight', [from, to], uniformByFanIn(from))
  const bias = biased ? scope.weight('bias', [to], uniformByFanIn(from)) : undefined
  const scaled = (tensor: Tensor) => (scale ? tf.mul(tensor, scale()) : tensor)
  return x => {
    const [frames, batch] = x.shape as [number, number]
    const flat = tf.reshape(x, [frames * batch, from])
    const product = tf.matMul(flat, scaled(weight.read()))
    return tf.reshape(bias ? tf.add(product, scaled(bias.read())) : product, [frames, batch, to])
  }
}
