/** Limited-memory BFGS: the direction of descent from the last few steps (Nocedal and Wright, algorithm 7.4). */
import { dot } from '../../statistics/products.js'

const MEMORY = 10

interface Pair {
  step: Float64Array
  change: Float64Array
  /** step · change, above 0 on a strictly convex function. */
  curvature: number
}

export class QuasiNewton {
  private readonly pairs: Pair[] = []

  /** @param precondition multiplies a vector by a fixed guess of the inverse Hessian */
  constructor(private readonly precondition: (vector: Float64Array) => Float64Array) {}

  /** A step taken, and the change of the gradient over it. */
  remember(step: Float64Array, change: Float64Array): void {
    const curvature = inner(step, change)
    if (curvature <= 0) return
    if (this.pairs.push({ step, change, curvature }) > MEMORY) this.pairs.shift()
  }

  direction(gradient: Float64Array): Float64Array {
    const rest = gradient.slice()
    const shares = [...this.pairs].reverse().map(({ step, change, curvature }) => {
      const share = inner(step, rest) / curvature
      add(rest, change, -share)
      return share
    })
    const out = this.precondition(rest)
    for (const { step, change, curvature } of this.pairs) add(out, step, shares.pop()! - inner(change, out) / curvature)
    for (let k = 0; k < out.length; k++) out[k] = -out[k]!
    return out
  }
}

const inner = (a: Float64Array, b: Float64Array) => dot(a, 0, b, 0, a.length)

function add(to: Float64Array, vector: Float64Array, factor: number): void {
  for (let k = 0; k < to.length; k++) to[k]! += factor * vector[k]!
}
