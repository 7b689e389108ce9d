/** Clips as a table that a data set names: absolute paths, so that it can lie anywhere. */
import { writeDelimited } from '../../../data/manifests/delimited.js'
import type { Clip } from '../../../stages/values.js'

/** Tab-separated, with a header: file, start, end and the label columns; what a clip does not have is empty. */
export function clipsTable(clips: readonly Clip[], columns: readonly string[]): string {
  const header = ['file', 'start', 'end', ...columns]
  const rows = clips.map(({ path, start, end, labels }) => [path, start, end, ...columns.map(name => labels[name])])
  return writeDelimited([header, ...rows], '\t')
}
