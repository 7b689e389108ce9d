/** Nodes whose weights are the moving average of those of another node. */
import type { Engine, Tensor, Weight } from '../../engine/engine.js'
import { besideTape } from '../../engine/operations/differentiable.js'
import { follow } from '../../engine/optimisers/moving-average.js'
import type { Variable } from '../../engine/variable.js'
import { nodeOfWeight, type Weights } from '../../engine/weights.js'
import type { CheckedNode } from '../language/checked.js'
import type { ChangingValues } from './changing-values.js'
import type { Pass } from './node-pass.js'

export class Followers {
  /** The node that each follows. */
  readonly #followed: ReadonlyMap<string, string>

  constructor(nodes: readonly CheckedNode[]) {
    this.#followed = new Map(
      nodes.flatMap(({ id, follows }) => (follows === undefined ? [] : [[id, follows] as const])),
    )
  }

  /** Whether a weight, by its full name, is of a node that follows. */
  has(name: string): boolean {
    return this.#followed.has(nodeOfWeight(name))
  }

  /** The node that another one follows; itself if it follows none. */
  followedNode(id: string): string {
    return this.#followed.get(id) ?? id
  }

  /** The weight that another one follows; itself if it follows none. */
  followedBy(name: string): string {
    const owner = this.#followed.get(nodeOfWeight(name))
    return owner === undefined ? name : owner + name.slice(name.indexOf('.'))
  }

  /** Moves every weight a step towards the one that it follows, by each node's momentum of now. */
  move(engine: Engine, weights: Weights, changing: ChangingValues): void {
    for (const id of this.#followed.keys()) {
      const share = engine.tf.sub(1, changing.of(id).momentum!)
      for (const { average, of } of this.#pairs(id, weights)) if (of.trainable) follow(engine, average, of, share)
      share.dispose()
    }
  }

  /** Gives those of these nodes that follow others the others' weights and running statistics as they are. */
  catchUp(engine: Engine, weights: Weights, ids: Iterable<string>): void {
    for (const id of ids)
      if (this.#followed.has(id))
        for (const { average, of } of this.#pairs(id, weights)) average.assign(engine.tf.clone(of.read()))
  }

  #pairs(id: string, { all }: Weights): { average: Variable; of: Weight }[] {
    const byName = new Map(all.map(weight => [weight.name, weight]))
    return all.flatMap(average => {
      const of = nodeOfWeight(average.name) === id ? byName.get(this.followedBy(average.name)) : undefined
      return of ? [{ average: average as Variable, of }] : []
    })
  }
}

/** In training, a node that follows another leaves nothing on the gradient tape. */
export const offTape =
  ({ tf }: Engine, pass: Pass): Pass =>
  (inputs, options) =>
    options.training ? besideTape(tf, () => pass(inputs, options) as Tensor) : pass(inputs, options)
