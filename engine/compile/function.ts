/** A graph that TensorFlow knows by a name, and runs like any operation. */
import { field, whole } from '../protobuf.js'
import { type Attribute, type Backend, type Binding, FLOAT32, type Metadata } from './backend.js'
import type { How, Lowered } from './lower.js'

export interface CompiledFunction {
  readonly how: How
  /** @throws Error that TensorFlow gives; nothing is changed then */
  run(inputs: readonly number[]): Metadata[]
  /** `run` on copies of the variables; milliseconds until the first output can be read, of each of `times` runs. */
  rehearse(inputs: readonly number[], times: number): number[]
  dispose(): void
}

let count = 0

/** @throws Error in TensorFlow's words if it refuses the graph */
export function addFunction({ binding }: Backend, { graph, inputs, resources, outputs }: Lowered, how: How) {
  count += 1
  const name = `earshot_${count}`
  const attributes = attributesOf(binding, how)
  binding.addFunction!(name, graph, inputs, outputs)
  const call = (given: readonly number[], variables: readonly number[]) =>
    binding.executeOp(name, attributes, [...given, ...variables], outputs.length)
  const found: CompiledFunction = {
    how,
    run: given => call(given, resources),
    rehearse: (given, times) => {
      const copies = resources.map(variable => copied(binding, variable))
      try {
        return Array.from({ length: times }, () => timed(binding, () => call(given, copies)))
      } finally {
        for (const copy of copies) destroy(binding, copy)
      }
    },
    dispose: () => binding.removeFunction(name),
  }
  return found
}

/** How a function is run. */
function attributesOf({ TF_ATTR_BOOL, TF_ATTR_STRING }: Binding, how: How): Attribute[] {
  if (how === 'xla') return [{ name: '_XlaMustCompile', type: TF_ATTR_BOOL, value: true }]
  return [{ name: 'config_proto', type: TF_ATTR_STRING, value: SAME_BITS }]
}

/** Of RewriterConfig's switches. */
const OFF = 2
/**
 * A ConfigProto whose graph optimiser leaves out what changes the last bits: products and sums in another order (constant
 * folding, arithmetic), and kernels that do several things at once (remapping).
 */
const SAME_BITS = new TextDecoder().decode(field(10, field(10, [whole(3, OFF), whole(7, OFF), whole(14, OFF)])))

function timed(binding: Binding, work: () => Metadata[]): number {
  const start = performance.now()
  const outputs = work()
  if (outputs[0]) binding.tensorDataSync(outputs[0].id)
  const took = performance.now() - start
  for (const { id } of outputs) binding.deleteTensor(id)
  return took
}

/** Another variable of the same value; their memory is shared until one of them is written. */
function copied(binding: Binding, variable: number): number {
  const type = { name: 'dtype', type: binding.TF_ATTR_TYPE, value: FLOAT32 }
  const [value] = binding.executeOp('ReadVariableOp', [type], [variable], 1)
  const attributes = [
    type,
    { name: 'shape', type: binding.TF_ATTR_SHAPE, value: value!.shape },
    { name: 'shared_name', type: binding.TF_ATTR_STRING, value: `copy ${variable} ${count}` },
  ]
  const [copy] = binding.executeOp('VarHandleOp', attributes, [], 1)
  binding.executeOp('AssignVariableOp', [type], [copy!.id, value!.id], 0)
  binding.deleteTensor(value!.id)
  return copy!.id
}

function destroy(binding: Binding, variable: number): void {
  const ignore = { name: 'ignore_lookup_error', type: binding.TF_ATTR_BOOL, value: true }
  binding.executeOp('DestroyResourceOp', [ignore], [variable], 0)
  binding.deleteTensor(variable)
}
