/** The table of an evaluation. */

import type { Mean } from '../statistics/intervals.js'
import { wholePercent } from '../terminal/numbers.js'
import type { Evaluation, Row } from './evaluate.js'
import { MEASURES } from './measure-mixture.js'

export function evaluationText({ manifest, mixtures, skipped, rows }: Evaluation): string {
  const width = Math.max(...rows.map(({ name }) => name.length))
  const header = `${' '.repeat(width)}${MEASURES.map(([title]) => title.padStart(CELL)).join('')}`
  const lines = rows.map(
    ({ name, measures }) =>
      `${name.padEnd(width)}${MEASURES.map(([, measure]) => meanText(measures[measure]).padStart(CELL)).join('')}`,
  )
  const lost = skipped.length > 0 ? `${skipped.length} mixtures left out; the first: ${skipped[0]!.reason}\n` : ''
  return `${lost}${mixtures} mixtures of ${manifest}; dB, with 95 % intervals over mixtures:

${header}
${lines.join('\n')}

${rows.map(overFloor).filter(Boolean).join('\n')}
SI-SDRi: over the mixture itself. MoMi: two stems made again of the channels, over their mixture. One source: what is
left of a stem that comes alone. Count error: active channels against active stems (within 20 dB of the mixture), mean.
`
}

const CELL = 22

/** `7.2 [6.5, 7.7]` */
export function meanText(mean: Mean | undefined): string {
  if (!mean) return '-'
  const [low, high] = mean.interval
  return `${mean.mean.toFixed(1)} [${low.toFixed(1)}, ${high.toFixed(1)}]`
}

/** What it gains over the untrained separator, and how often it counts right; nothing of the floor and the ceiling. */
export function overFloor({ name, step, overFloor, counted }: Row): string {
  if (step === undefined) return ''
  const momi = overFloor?.momi
  const gain = momi ? ` MoMi over the floor ${meanText(momi)};` : ''
  return `${name}:${gain} as many active channels as stems in ${wholePercent(counted.right)}, more in ${wholePercent(counted.more)}, fewer in ${wholePercent(counted.fewer)}.`
}
