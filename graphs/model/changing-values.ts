/** Numbers of nodes that change over training, in variables: a compiled step reads them anew each time. */
import type { Engine, Tensor } from '../../engine/engine.js'
import { Variable } from '../../engine/variable.js'
import { type Changing, valueAt } from '../language/changing.js'
import type { CheckedNode } from '../language/checked.js'

interface Held {
  changing: Changing
  variable: Variable
  value: number
}

export class ChangingValues {
  /** By node and name. */
  readonly #held = new Map<string, Map<string, Held>>()

  constructor(engine: Engine, nodes: readonly CheckedNode[]) {
    for (const { id, changes = {} } of nodes) {
      const own = new Map<string, Held>()
      for (const [name, changing] of Object.entries(changes)) {
        const variable = new Variable(engine, `${id} ${name}`, [], false)
        variable.load(Float32Array.of(changing.values[0]!))
        own.set(name, { changing, variable, value: changing.values[0]! })
      }
      this.#held.set(id, own)
    }
  }

  /** Makes all values those of a step. @param step steps done before @param steps of the whole training */
  moveTo(step: number, steps: number): void {
    for (const own of this.#held.values())
      for (const held of own.values()) {
        const value = valueAt(held.changing, step, steps)
        if (value === held.value) continue
        held.value = value
        held.variable.load(Float32Array.of(value))
      }
  }

  /** Of a node, by name: scalars, not to be disposed. */
  of(id: string): Record<string, Tensor> {
    return Object.fromEntries([...(this.#held.get(id) ?? [])].map(([name, { variable }]) => [name, variable.read()]))
  }

  /** One of them as a number; undefined if it does not change. */
  numberOf(id: string, name: string): number | undefined {
    return this.#held.get(id)?.get(name)?.value
  }
}
