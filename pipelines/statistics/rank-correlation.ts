import { mean } from './mean.js'

/** Spearman's: Pearson's correlation of ranks; 0 if one of the two never varies. */
export const rankCorrelation = (x: readonly number[], y: readonly number[]): number => correlation(ranks(x), ranks(y))

/** From 1, equals share the mean of theirs. */
function ranks(values: readonly number[]): number[] {
  return values.map(value => {
    const below = values.filter(other => other < value).length
    const equal = values.filter(other => other === value).length
    return below + (equal + 1) / 2
  })
}

/** Pearson's; 0 if one of them never varies. */
function correlation(x: readonly number[], y: readonly number[]): number {
  const [a, b] = [mean(x), mean(y)]
  const sum = (term: (at: number) => number) => x.reduce((total, _, at) => total + term(at), 0)
  const spread = Math.sqrt(sum(at => (x[at]! - a) ** 2) * sum(at => (y[at]! - b) ** 2))
  return spread > 0 ? sum(at => (x[at]! - a) * (y[at]! - b)) / spread : 0
}
