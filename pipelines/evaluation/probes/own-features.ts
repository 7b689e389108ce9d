/** The embeddings in question: of one file, or of several with the layers of the same clips. */
import { Problem } from '../../../data/problem.js'
import type { ClipTable } from '../../embeddings/clip-table.js'
import { type Matrix, rowsOf } from '../../statistics/products.js'
import { alignedFeatures } from './baselines.js'
import type { ClassifierName } from './classifiers.js'
import type { Features } from './cross-validate.js'
import { readFrames } from './frames.js'

export interface AskedFeatures {
  /** Of the same clips as the table. */
  layers: readonly string[]
  classifiers: readonly string[]
}

/**
 * @param rows clips of `table` that take part; @param note told what people should know
 * @throws Problem if a classifier cannot work with these files, or a file lacks clips
 */
export async function ownFeatures(
  table: ClipTable,
  rows: readonly number[],
  { layers, classifiers }: AskedFeatures,
  note: (sentence: string) => void,
): Promise<Features> {
  const asked = (name: ClassifierName) => classifiers.includes(name)
  const matrices = [rowsOf(table.features, rows)]
  for (const file of layers) matrices.push((await alignedFeatures(file, table, rows)).features)
  const widths = matrices.map(({ columns }) => columns)
  if (layers.length > 0) note(`${matrices.length} files side by side: ${widths.join(' + ')} dimensions.`)
  const equal = widths.every(width => width === widths[0])
  const frames = asked('attentive')
  if (frames && layers.length > 0) throw complaints(table.file).severalFiles()
  if (frames && table.rows === table.clips.length) throw complaints(table.file).oneFrame()
  if (asked('weighted-layers') && layers.length === 0) throw complaints(table.file).oneLayer()
  if (asked('weighted-layers') && !equal) throw complaints(table.file).widths(widths)
  const names = rows.map(row => table.clips[row]!)
  return {
    features: sideBySide(matrices),
    ...(equal && { layers: matrices.length }),
    ...(frames && { frames: await readFrames(table.file, names) }),
  }
}

function sideBySide(matrices: readonly Matrix[]): Matrix {
  const [first] = matrices
  if (matrices.length === 1) return first!
  const rows = first!.rows
  const columns = matrices.reduce((sum, matrix) => sum + matrix.columns, 0)
  const values = new Float64Array(rows * columns)
  let filled = 0
  for (const matrix of matrices) {
    for (let row = 0; row < rows; row++)
      values.set(matrix.values.subarray(row * matrix.columns, (row + 1) * matrix.columns), row * columns + filled)
    filled += matrix.columns
  }
  return { rows, columns, values }
}

function complaints(file: string) {
  const problem = (message: string, hint: string) => new Problem('bad-option', message, { place: { file }, hint })
  return {
    severalFiles: () =>
      problem(
        'The attentive probe reads one file.',
        'Ask for it with each layer by itself, or beside it with --against.',
      ),
    oneFrame: () =>
      problem(
        'The attentive probe chooses among the embeddings of a clip, and here each clip has one.',
        'Write them with: ./earshot embed RUN SOUNDS -o FILE.arrow --level patch',
      ),
    oneLayer: () =>
      problem(
        'The weighted-layers probe needs several files, one a layer.',
        './earshot probe FIRST.arrow SECOND.arrow --label LABEL --classifier weighted-layers',
      ),
    widths: (widths: readonly number[]) =>
      problem(
        `The layers are ${widths.join(', ')} wide: a weighted sum needs one width.`,
        'Take layers of one width, or logistic-regression, which reads them side by side.',
      ),
  }
}
