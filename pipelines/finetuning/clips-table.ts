/** Clips as a table that a data set names: absolute paths, so that it can lie anywhere. */
import type { Clip } from '../../stages/values.js'

/** Tab-separated, with a header: file, start, end and the label columns; what a clip does not have is empty. */
export function clipsTable(clips: readonly Clip[], columns: readonly string[]): string {
  const header = ['file', 'start', 'end', ...columns]
  const rows = clips.map(({ path, start, end, labels }) => [path, start, end, ...columns.map(name => labels[name])])
  return [header, ...rows].map(cells => `${cells.map(cell).join('\t')}\n`).join('')
}

function cell(value: string | number | undefined): string {
  const text = String(value ?? '')
  return /["\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
