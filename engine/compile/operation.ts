/** What TensorFlow says of its operations. */
import { type Bytes, fieldsOf } from '../protobuf.js'
import { type Binding, RESOURCE } from './backend.js'

export interface Operation {
  /** Does more than give outputs that hang on its inputs alone. */
  stateful: boolean
  /** Positions of the inputs that are resources: variables. */
  resources: readonly number[]
}

/** Fields of OpDef and of ArgDef. https://github.com/tensorflow/tensorflow/blob/v2.18.1/tensorflow/core/framework/op_def.proto */
const INPUT = 2
const STATEFUL = 17
const TYPE = 3

const known = new Map<string, Operation>()

/** @throws Error if there is no such operation */
export function operationOf(binding: Binding, name: string): Operation {
  const found = known.get(name) ?? read(binding.operationDefinition(name))
  known.set(name, found)
  return found
}

function read(definition: Bytes): Operation {
  const fields = fieldsOf(definition)
  const inputs = fields.filter(({ number }) => number === INPUT).map(({ value }) => fieldsOf(value as Bytes))
  return {
    stateful: fields.some(({ number, value }) => number === STATEFUL && value === 1),
    resources: inputs.flatMap((fields, at) =>
      fields.some(({ number, value }) => number === TYPE && value === RESOURCE) ? [at] : [],
    ),
  }
}
