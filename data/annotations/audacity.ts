/** Labels of Audacity: start, end and text between tabs, without a header; the frequency band on a line of its own. */
import type { Row } from '../manifests/delimited.js'
import type { Annotation } from './annotation.js'

const NUMBER = String.raw`-?\d+(?:[.,]\d+)?`
const LABEL = new RegExp(String.raw`^(${NUMBER})\t(${NUMBER})(?:\t([^\t]*)(?:\t([^\t]*))?)?$`)
const BAND = new RegExp(String.raw`^\\\t(${NUMBER})\t(${NUMBER})$`)

/** As a table with a header would name what a label holds; `confidence` stands in those of BirdNET. */
const AUDACITY_COLUMNS = ['start', 'end', 'label', 'confidence', 'low_hz', 'high_hz'] as const

/** Whether a text is labels of Audacity: its first line that is not empty begins with two numbers. */
export const isAudacity = (text: string): boolean => LABEL.test(/[^\r\n]+/.exec(text.replace(/^\ufeff/, ''))?.[0] ?? '')

/**
 * Labels as rows under the columns that there are. An edge of a band that Audacity does not know, -1, is an empty cell.
 *
 * @returns undefined in place of a row for a line that is no label
 */
export function audacityRows(text: string): { names: string[]; rows: Row[]; wrong: number[] } {
  const rows: Row[] = []
  const wrong: number[] = []
  for (const [at, line] of text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\r|\n/)
    .entries()) {
    const [label, start, end, words = '', confidence = ''] = LABEL.exec(line) ?? []
    const [band, low, high] = BAND.exec(line) ?? []
    const dotted = (number: string) => number.replace(',', '.')
    if (label !== undefined)
      rows.push({ line: at + 1, fields: [dotted(start!), dotted(end!), words.trim(), confidence.trim(), '', ''] })
    else if (band !== undefined && rows.length > 0)
      rows.at(-1)!.fields.splice(4, 2, ...[low!, high!].map(edge => (Number(dotted(edge)) < 0 ? '' : dotted(edge))))
    else if (line.trim() !== '') wrong.push(at + 1)
  }
  const there = AUDACITY_COLUMNS.map((_, at) => at < 3 || rows.some(({ fields }) => fields[at] !== ''))
  const kept = <T>(all: readonly T[]) => all.filter((_, at) => there[at])
  return { names: kept<string>(AUDACITY_COLUMNS), rows: rows.map(row => ({ ...row, fields: kept(row.fields) })), wrong }
}

/** Labels of one recording; a band that is open on one side has -1 there. */
export function audacityLabels(annotations: readonly Annotation[]): string {
  return annotations
    .map(({ start, end, label, low, high }) => {
      const line = `${start.toFixed(6)}\t${end.toFixed(6)}\t${label.replace(/[\t\r\n]+/g, ' ')}\n`
      if (low === undefined && high === undefined) return line
      return `${line}\\\t${(low ?? -1).toFixed(6)}\t${(high ?? -1).toFixed(6)}\n`
    })
    .join('')
}
