/** What differs between two sets, in sentences. */
import { mean } from '../../statistics/mean.js'
import { plural, wholePercent } from '../../terminal/numbers.js'
import type { SetComparison } from './compare-sets.js'

/** From which p on chance alone explains what was seen. */
const CHANCE = 0.05
/** dB below the other set at which the highest bands that differ count as empty. */
const EMPTY = 15

export function comparisonText(found: SetComparison): string {
  const { sets, of, distance, strangest } = found
  const [one, other] = sets.map(({ name }) => name) as [string, string]
  const alike = distance.p > CHANCE
  const read = sets.map(
    ({ name, clips, compared, unreadable }) =>
      `${name}: ${plural(compared, 'clip')} compared${compared + unreadable < clips ? `, drawn from ${clips}` : ''}${unreadable > 0 ? `; ${unreadable} cannot be read` : ''}`,
  )
  return `${[
    ...read,
    `Energy distance of ${of}: ${distance.value.toPrecision(3)}, p ${pValue(distance.p)}: ${alike ? 'chance alone explains it' : 'the sets do not sound alike'}.`,
    ...differences(found, one, other),
    ...(alike
      ? []
      : [`Clips of ${other} that are furthest from ${one} (share of clips of ${one} that lie nearer to the rest):`]),
    ...(alike ? [] : strangest.map(({ clip, share }) => `  ${wholePercent(share).padStart(5)}  ${clip}`)),
  ].join('\n')}\n`
}

/** What is sure, the gravest first. */
export function differences({ bands, level, variation }: SetComparison, one: string, other: string): string[] {
  const runs = stretches(bands.map(band => (band.p <= CHANCE ? Math.sign(band.value) : 0))).map(([from, to]) => {
    const some = bands.slice(from, to)
    return { from: hertz(some[0]!.hertz), to: hertz(some.at(-1)!.hertz), apart: mean(some, ({ value }) => value) }
  })
  const last = runs.at(-1)
  const edge =
    last && Math.abs(last.apart) >= EMPTY
      ? [
          `${last.apart < 0 ? other : one} holds next to nothing above ${last.from}: a lower sample rate, or a codec that leaves it out.`,
        ]
      : []
  return [
    ...edge,
    ...runs.map(({ from, to, apart }) => `${from} to ${to}: ${decibels(apart)} in ${other}.`),
    ...(level.p <= CHANCE ? [`As a whole ${other} is ${decibels(level.value)}.`] : []),
    ...(variation.p <= CHANCE
      ? [
          `Over time its bands vary ${Math.abs(variation.value).toFixed(1)} dB ${variation.value < 0 ? 'less: levels are evened out, or steady noise covers the sound' : 'more: there are more pauses, or less noise in them'}.`,
        ]
      : []),
    ...(runs.length === 0 && level.p > CHANCE && variation.p > CHANCE
      ? ['No band, nor the level as a whole, differs by more than chance.']
      : []),
  ]
}

/** Runs of one sign, 0 apart. */
function stretches(signs: readonly number[]): [from: number, to: number][] {
  const found: [number, number][] = []
  signs.forEach((sign, at) => {
    if (sign === 0) return
    if (at > 0 && signs[at - 1] === sign) found.at(-1)![1] = at + 1
    else found.push([at, at + 1])
  })
  return found
}

const hertz = (value: number) => (value < 1000 ? `${value.toFixed(0)} Hz` : `${(value / 1000).toFixed(1)} kHz`)
const decibels = (value: number) => `${Math.abs(value).toFixed(1)} dB ${value < 0 ? 'lower' : 'higher'}`
const pValue = (p: number) => (p < 0.01 ? p.toFixed(3) : p.toFixed(2))
