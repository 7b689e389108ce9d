/** Labels from a table of one's own, for embeddings that carry none. */

export interface LabelTable {
  file: string
  /** Name of the clip in each row, and the line it stands on. */
  clips: string[]
  lines: number[]
  columns: Map<string, (string | undefined)[]>
}

/** Reads a table as training does, wherever its sounds are. @throws Problem, Problems as `readClipTable` */
export async function readLabelTable(file: string): Promise<LabelTable> {
  const { readClipTable } = await import('../../data/manifests/table.js')
  const { clips, columns } = await readClipTable(file, {}, 'clip')
  return {
    file,
    clips: clips.map(({ id }) => id),
    lines: clips.map(({ line }) => line),
    columns: new Map(columns.map(name => [name, clips.map(({ labels }) => labels[name])])),
  }
}

const CIRCUMSTANCES = ['site', 'date', 'time', 'low_hz', 'high_hz']

/** Whether a column may say what is heard: what the names of recorders tell says when and where. */
export const mayBeLabel = (column: string): boolean => !CIRCUMSTANCES.includes(column)

/** The column that most likely says what is heard; the first where none is called so. */
export const likelyLabel = (columns: readonly string[]): string | undefined =>
  columns.find(name => /label|class|category/i.test(name)) ?? columns.find(mayBeLabel) ?? columns[0]
