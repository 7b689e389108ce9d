/** What TensorFlow says of its operations. */
import { type Bytes, fieldsOf } from '../protobuf.js'
import { type Binding, RESOURCE } from './backend.js'

export interface Operation {
  /** Does more than give outputs that depend on its inputs alone. */
  stateful: boolean
  /** Positions of the inputs that are resources: variables. */
  resources: readonly number[]
  /** Attributes that are the type of an input, and its position: eager operations may leave them out. */
  types: readonly { name: string; position: number }[]
}

/** Fields of OpDef and of ArgDef. https://github.com/tensorflow/tensorflow/blob/v2.18.1/tensorflow/core/framework/op_def.proto */
const INPUT = 2
const STATEFUL = 17
const TYPE = 3
const TYPE_ATTRIBUTE = 4
const NUMBER_ATTRIBUTE = 5
const LIST_ATTRIBUTE = 6

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
  // behind an input that is a list nobody knows the positions
  const lists = inputs.findIndex(input => fieldOf(input, NUMBER_ATTRIBUTE) ?? fieldOf(input, LIST_ATTRIBUTE))
  const placed = lists < 0 ? inputs : inputs.slice(0, lists + 1)
  return {
    stateful: fieldOf(fields, STATEFUL) === 1,
    resources: placed.flatMap((input, at) => (fieldOf(input, TYPE) === RESOURCE ? [at] : [])),
    types: placed.flatMap((input, position) => {
      const name = fieldOf(input, TYPE_ATTRIBUTE)
      return name === undefined ? [] : [{ name: new TextDecoder().decode(name as Bytes), position }]
    }),
  }
}

const fieldOf = (fields: ReturnType<typeof fieldsOf>, wanted: number) =>
  fields.find(({ number }) => number === wanted)?.value
