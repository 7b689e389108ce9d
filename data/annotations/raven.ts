/** Selection tables of Raven. */
import { basename } from 'node:path'
import type { Row } from '../manifests/delimited.js'
import { writeDelimited } from '../manifests/delimited.js'
import type { Annotation } from './annotation.js'

/**
 * Without the rows of waveform views whose selection has a row in a spectrogram view, too: Raven saves each selection
 * once for each view.
 */
export function withoutTwinViews(names: readonly string[], rows: readonly Row[]): Row[] {
  const [view, selection] = [names.indexOf('View'), names.indexOf('Selection')]
  if (view < 0 || selection < 0) return [...rows]
  const isWaveform = ({ fields }: Row) => (fields[view] ?? '').startsWith('Waveform')
  const drawn = new Set(rows.filter(row => !isWaveform(row)).map(({ fields }) => fields[selection]))
  return rows.filter(row => !isWaveform(row) || !drawn.has(row.fields[selection]))
}

/**
 * One recording's table, in the columns that Raven asks for, with those of `more` behind them.
 *
 * @param nyquist upper edge of a band that is open, hertz
 */
export function ravenTable(annotations: readonly Annotation[], nyquist: number): string {
  const further = Object.keys(annotations[0]?.more ?? {})
  const header = [
    ...['Selection', 'View', 'Channel', 'Begin Time (s)', 'End Time (s)', 'Low Freq (Hz)', 'High Freq (Hz)'],
    ...['Begin Path', 'Begin File', 'Annotation', ...further],
  ]
  const rows = annotations.map(({ path, start, end, label, low = 0, high = nyquist, more = {} }, at) => [
    ...[at + 1, 'Spectrogram 1', 1, start.toFixed(6), end.toFixed(6), low.toFixed(1), high.toFixed(1)],
    ...[path, basename(path), label, ...further.map(name => more[name])],
  ])
  return writeDelimited([header, ...rows.map(row => row.map(plain))], '\t')
}

/** Raven knows no quotes: what would need them is a blank. */
const plain = (cell: string | number | undefined) =>
  typeof cell === 'string' ? cell.replace(/[\t\r\n" ]+/g, ' ').trim() : cell
