/** Round numbers for axes. */

/** Multiples of 1, 2 or 5 times a power of ten inside [low, high], at most `most` of them (and at least 2 if any fit). */
export function ticks(low: number, high: number, most: number): { values: number[]; decimals: number } {
  const span = high - low
  if (!(span > 0) || !Number.isFinite(span)) return { values: [], decimals: 0 }
  const rough = span / most
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map(factor => factor * power).find(step => step >= rough * (1 - 1e-9))!
  const first = Math.ceil(low / step - 1e-9)
  const count = Math.floor(high / step + 1e-9) - first + 1
  const values = Array.from({ length: Math.max(0, count) }, (_, at) => (first + at) * step)
  return { values, decimals: Math.max(0, -Math.floor(Math.log10(step) + 1e-9)) }
}

/** Frequencies 100, 200, 500, 1000, ... hertz inside [low, high]. */
export function hertzTicks(low: number, high: number): number[] {
  const decades = [10, 100, 1000, 10_000]
  return decades
    .flatMap(decade => [1, 2, 5].map(factor => factor * decade))
    .filter(hertz => hertz >= low && hertz <= high)
}

/** `500`, `2k`. */
export const hertzInWords = (hertz: number): string => (hertz >= 1000 ? `${hertz / 1000}k` : String(hertz))

/** Where a frequency lies among ascending centres of bands, in bands from 0; between two centres in proportion. */
export function bandOf(hertz: number, centres: readonly number[]): number {
  const above = centres.findIndex(centre => centre >= hertz)
  if (above <= 0) return above === 0 ? 0 : centres.length - 1
  const [low, high] = [centres[above - 1]!, centres[above]!]
  return above - 1 + (hertz - low) / (high - low)
}
