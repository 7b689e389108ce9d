/** The table of an evaluation. */

import type { Mean } from '../statistics/intervals.js'
import { wholePercent } from '../terminal/numbers.js'
import type { Evaluation, Row } from './evaluate.js'
import type { Measure } from './measure-mixture.js'

const COLUMNS: readonly (readonly [title: string, measure: Measure])[] = [
  ['SI-SDR', 'siSdr'],
  ['SI-SDRi', 'improvement'],
  ['MoMi', 'momi'],
  ['one source', 'single'],
  ['count error', 'countError'],
]

export function evaluationText({ manifest, mixtures, skipped, rows }: Evaluation): string {
  const width = Math.max(...rows.map(({ name }) => name.length))
  const header = `${' '.repeat(width)}${COLUMNS.map(([title]) => title.padStart(CELL)).join('')}`
  const lines = rows.map(
    ({ name, measures }) => `${name.padEnd(width)}${COLUMNS.map(([, measure]) => cell(measures[measure])).join('')}`,
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

function cell(mean: Mean | undefined): string {
  if (!mean) return '-'.padStart(CELL)
  const [low, high] = mean.interval
  return `${mean.mean.toFixed(1)} [${low.toFixed(1)}, ${high.toFixed(1)}]`.padStart(CELL)
}

function overFloor({ name, step, overFloor, counted }: Row): string {
  if (step === undefined) return ''
  const momi = overFloor?.momi
  const gain = momi ? ` MoMi over the floor${cell(momi).replace(/^ */, ' ')};` : ''
  return `${name}:${gain} as many active channels as stems in ${wholePercent(counted.right)}, more in ${wholePercent(counted.more)}, fewer in ${wholePercent(counted.fewer)}.`
}
