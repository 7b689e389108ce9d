import type { Rng } from './values.js'

/**
 * A draw from Beta(alpha, alpha): two gamma draws, one over their sum, by their logarithms so that none is 0. d3-random's draws
 * underflow to 0 where alpha is small, and its shares lean to 0 then.
 */
export function betaDraw(alpha: number, rng: Rng): number {
  const [one, other] = [logGamma(alpha, rng), logGamma(alpha, rng)]
  return 1 / (1 + Math.exp(other - one))
}

/** Logarithm of a gamma draw of this shape and scale 1 (Marsaglia and Tsang, ACM TOMS 26(3), 2000). */
function logGamma(shape: number, rng: Rng): number {
  if (shape < 1) return logGamma(shape + 1, rng) + Math.log(1 - rng.uniform()) / shape
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = rng.normal()
    const v = (1 + c * x) ** 3
    if (v <= 0) continue
    if (Math.log(1 - rng.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return Math.log(d * v)
  }
}
