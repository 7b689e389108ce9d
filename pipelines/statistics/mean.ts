/** Means of figures. */

/**
 * Arithmetic mean. NaN of nothing, and wherever one value is NaN: a figure that went wrong has to be seen, which d3-array
 * would leave out.
 */
export function mean(values: ArrayLike<number>): number
export function mean<One>(values: ArrayLike<One>, figure: (one: One, at: number) => number): number
export function mean<One>(values: ArrayLike<One>, figure = (one: One, _at: number) => Number(one)): number {
  let sum = 0
  for (let at = 0; at < values.length; at++) sum += figure(values[at]!, at)
  return sum / values.length
}

/** Position of the first of the largest. */
export function largest(values: ArrayLike<number>): number {
  let best = 0
  for (let at = 1; at < values.length; at++) if (values[at]! > values[best]!) best = at
  return best
}
