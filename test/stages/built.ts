/** Builds a tensor stage for a test, parameters checked as in a graph. */
import type { Scope, Tensor } from '../../engine/engine.js'
import type { PassOptions, Stage, TensorStage } from '../../stages/contract.js'
import type { Port } from '../../stages/ports.js'
import { engine } from '../engine/started.js'

type Call = (inputs: Record<string, unknown>, options: PassOptions) => Tensor

export function outOf(stage: Stage, parameters: object, ports: Record<string, Port>): Port {
  const tensor = stage as TensorStage
  return tensor.out(ports, tensor.parameters.parse(parameters))
}

export function builder(
  stage: Stage,
  parameters: object,
  ports: Record<string, Port>,
  by = engine,
): (scope: Scope) => Call {
  const tensor = stage as TensorStage
  const out = outOf(stage, parameters, ports)
  return scope => tensor.build(tensor.parameters.parse(parameters), { ...ports, out })(by, scope) as Call
}
