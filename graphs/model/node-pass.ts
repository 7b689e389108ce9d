/** One tensor node's pass over a batch: its inputs gathered, run once, or once a lane, or all lanes as one batch. */
import type { Engine, Tensor } from '../../engine/engine.js'
import type { PassOptions } from '../../stages/contract.js'
import type { Lane } from '../../stages/ports.js'
import type { Pair } from '../../stages/values.js'
import type { Input } from '../language/checked.js'
import type { LiftedNode } from '../language/lift.js'

/** What a node gave: one tensor, or one a lane of a pair. Channels are one tensor [batch, channels, ...]. */
export type Value = Tensor | Pair<Tensor>
export type Values = Record<string, Value>

/** What a stage's `build` gives. */
export type Pass = (inputs: Record<string, unknown>, options: PassOptions) => Value

export const isPair = (value: Value): value is Pair<Tensor> => 'a' in value

export const sidesOf = (value: Value): Tensor[] => (isPair(value) ? [value.a, value.b] : [value])

/** @param joint all lanes in one pass; what the stage takes as a whole goes to each lane */
export function nodePass(
  engine: Engine,
  { inputs, over }: LiftedNode,
  joint: boolean,
  pass: Pass,
): (values: Values, options: PassOptions) => Value {
  const { tf } = engine
  const given = (values: Values, choose: (value: Value, lifted: boolean) => Value) =>
    Object.fromEntries(inputs.map(({ name, input, lifted }) => [name, choose(arriving(engine, input, values), lifted)]))
  if (!over)
    return (values, options) =>
      pass(
        given(values, value => value),
        options,
      )
  const { lanes, port } = over
  const whole = (value: Value) => value as Tensor
  const outsOf = (values: Values, options: PassOptions): Tensor[] => {
    if (!joint)
      return lanes.map((_, at) =>
        whole(
          pass(
            given(values, (value, lifted) => (lifted ? lanesIn(engine, value)[at]! : value)),
            options,
          ),
        ),
      )
    const joined = given(values, (value, lifted) =>
      tf.concat(lifted ? lanesIn(engine, value) : lanes.map(() => whole(value))),
    )
    return tf.split(whole(pass(joined, options)), lanes.length)
  }
  const isOfPairs = port.kind === 'batch' ? port.of.kind === 'pair' : port.kind === 'pair'
  return (values, options) => {
    const outs = outsOf(values, options)
    return isOfPairs ? { a: outs[0]!, b: outs[1]! } : tf.stack(outs, 1)
  }
}

/** The sides of a pair; the channels of [batch, channels, ...]. */
function lanesIn({ tf }: Engine, value: Value): Tensor[] {
  return isPair(value) ? [value.a, value.b] : tf.unstack(value, 1)
}

/** One lane by its name, `a`, `b`, `1`, `2`, ...; else the whole. */
function arriving({ tf }: Engine, { node, lane }: Input, values: Values): Value {
  const value = values[node]!
  if (!lane) return value
  return isPair(value) ? value[lane as Lane] : tf.unstack(value, 1)[Number(lane) - 1]!
}
