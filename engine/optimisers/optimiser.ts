/** Moves weights along their gradients with TensorFlow's fused kernels, in place. */
import type { Engine } from '../engine.js'
import { FLOAT32 } from '../operations/raw.js'
import type { Tensor, Weight } from '../tensor.js'
import { Variable } from '../variable.js'
import { refuseMismatch, type State, stored } from '../weights.js'
import type { Now } from './schedule.js'

export type OptimiserOptions =
  | { kind: 'sgd'; momentum: number; weightDecay: number; nesterov?: boolean }
  | { kind: 'adam' | 'adamw'; beta1: number; beta2: number; epsilon: number; weightDecay: number }

export interface Optimiser {
  /** Moves every weight once. Takes over `gradients` (disposes them), which stand in the order of the weights. */
  apply(gradients: readonly Tensor[], now: Now): void
  /** The numbers of the next step (rate, momentum, what depends on how many steps there were); counts it. */
  numbers(now: Now): number[]
  /** `apply` with these numbers as scalars: what a compiled step does. */
  move(gradients: readonly Tensor[], numbers: readonly Tensor[]): void
  /** The slots as they are kept. */
  readonly variables: readonly Weight[]
  /** The slots: `momentum.<weight>`, or `first.<weight>`, `second.<weight>` and `step`. */
  state(): State
  /** @throws Problem `checkpoint-mismatch` */
  load(state: State): void
  dispose(): void
}

/** An optimiser with the meaning of torch.optim's SGD, Adam or AdamW. */
export function createOptimiser(engine: Engine, weights: readonly Weight[], options: OptimiserOptions): Optimiser {
  const variables = weights.map(weight => weight as Variable)
  const slot = (name: string) => variables.map(({ name: weight, shape }) => zero(engine, `${name}.${weight}`, shape))
  return options.kind === 'sgd'
    ? sgd(engine, variables, options, options.momentum === 0 ? [] : slot('momentum'))
    : adam(engine, variables, options, slot('first'), slot('second'), zero(engine, 'step', []))
}

/** v = momentum v + gradient + decay w;  w = w - rate v (Nesterov: w - rate (gradient + decay w + momentum v)). */
function sgd(
  engine: Engine,
  weights: readonly Variable[],
  options: Extract<OptimiserOptions, { kind: 'sgd' }>,
  velocities: readonly Variable[],
): Optimiser {
  const { tf } = engine
  const { raw } = engine.operations
  const locking = { types: { T: FLOAT32 }, booleans: { use_locking: false } }
  const plain = raw.attributes(locking)
  const heavy = raw.attributes({
    ...locking,
    booleans: { use_locking: false, use_nesterov: options.nesterov ?? false },
  })
  return applying(tf, {
    numbers: ({ learningRate, momentum = options.momentum }) => [learningRate, momentum],
    move: (gradients, numbers) => {
      const [rate, momentum] = numbers as [Tensor, Tensor]
      weights.forEach((weight, index) => {
        const gradient = decayed(engine, gradients[index]!, weight, options.weightDecay)
        weight.release()
        const velocity = velocities[index]
        velocity?.release()
        if (velocity)
          raw.none('ResourceApplyMomentum', heavy, [weight.handle, velocity.handle, rate, gradient, momentum])
        else raw.none('ResourceApplyGradientDescent', plain, [weight.handle, rate, gradient])
        gradient.dispose()
      })
    },
    ...slots(velocities),
  })
}

/** torch's epsilon stands beside sqrt(second / (1 - beta2^t)), TensorFlow's beside sqrt(second). */
function adam(
  engine: Engine,
  weights: readonly Variable[],
  { kind, beta1, beta2, epsilon, weightDecay }: Extract<OptimiserOptions, { kind: 'adam' | 'adamw' }>,
  first: readonly Variable[],
  second: readonly Variable[],
  count: Variable,
): Optimiser {
  const { tf } = engine
  const { raw } = engine.operations
  const locking = { types: { T: FLOAT32 }, booleans: { use_locking: false } }
  const attributes = raw.attributes({ ...locking, booleans: { use_locking: false, use_nesterov: false } })
  const plain = raw.attributes(locking)
  const counting = raw.attributes({ types: { dtype: FLOAT32 } })
  let steps = 0
  return applying(tf, {
    numbers: ({ learningRate, momentum = beta1 }) => {
      steps += 1
      const corrected = epsilon * Math.sqrt(1 - beta2 ** steps)
      return [momentum ** steps, beta2 ** steps, learningRate, momentum, beta2, corrected, learningRate * weightDecay]
    },
    move: (gradients, numbers) => {
      const scalars = numbers.slice(0, -1)
      const shrink = numbers.at(-1)!
      weights.forEach((weight, index) => {
        const gradient = decayed(engine, gradients[index]!, weight, kind === 'adam' ? weightDecay : 0)
        if (kind === 'adamw' && weightDecay > 0) {
          const decay = tf.clone(weight.read())
          weight.release()
          raw.none('ResourceApplyGradientDescent', plain, [weight.handle, shrink, decay])
          decay.dispose()
        }
        for (const updated of [weight, first[index]!, second[index]!]) updated.release()
        const inputs = [weight.handle, first[index]!.handle, second[index]!.handle, ...scalars, gradient]
        raw.none('ResourceApplyAdam', attributes, inputs)
        gradient.dispose()
      })
      count.release()
      raw.none('AssignAddVariableOp', counting, [count.handle, raw.constant(1, FLOAT32)])
    },
    ...slots([...first, ...second, count], () => {
      steps = count.read().dataSync()[0]!
    }),
  })
}

function applying(tf: Engine['tf'], optimiser: Omit<Optimiser, 'apply'>): Optimiser {
  const apply: Optimiser['apply'] = (gradients, now) => {
    const numbers = optimiser.numbers(now).map(number => tf.scalar(number))
    optimiser.move(gradients, numbers)
    tf.dispose(numbers)
  }
  return { apply, ...optimiser }
}

/** gradient + decay w; takes over `gradient`. */
function decayed({ tf }: Engine, gradient: Tensor, weight: Weight, decay: number): Tensor {
  if (decay === 0) return gradient
  const sum = tf.tidy(() => tf.add(gradient, tf.mul(weight.read(), decay)))
  gradient.dispose()
  return sum
}

function zero(engine: Engine, name: string, shape: readonly number[]): Variable {
  const variable = new Variable(engine, name, shape, false)
  variable.load(new Float32Array(shape.reduce((product, side) => product * side, 1)))
  return variable
}

function slots(
  variables: readonly Variable[],
  loaded = () => {},
): Pick<Optimiser, 'variables' | 'state' | 'load' | 'dispose'> {
  return {
    variables,
    state: () => new Map(variables.map(variable => [variable.name, stored(variable.read())])),
    load: state => {
      refuseMismatch(variables, state)
      for (const variable of variables) variable.load(state.get(variable.name)!.data)
      loaded()
    },
    dispose: () => {
      for (const variable of variables) variable.dispose()
    },
  }
}
