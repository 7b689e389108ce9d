/** The normal distribution: its distribution function and the inverse. */

/** Φ(x), by its Taylor series about 0 in full double precision (Marsaglia, Journal of Statistical Software 11(4), 2004). */
export function normalShare(x: number): number {
  if (Math.abs(x) > 8.3) return x > 0 ? 1 : 0
  let [sum, term] = [x, x]
  for (let k = 3; sum + term !== sum || k === 3; k += 2) {
    term *= (x * x) / k
    sum += term
  }
  return 0.5 + sum * density(x)
}

const density = (x: number) => Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI)

/** Φ⁻¹(p) for 0 < p < 1 by Newton's steps from 0, which approach it from one side: Φ is concave above 0. */
export function probit(p: number): number {
  if (p < 0.5) return -probit(1 - p)
  let x = 0
  for (let step = 0; step < 100; step++) {
    const change = (p - normalShare(x)) / density(x)
    x += change
    if (change < 1e-12) break
  }
  return x
}
