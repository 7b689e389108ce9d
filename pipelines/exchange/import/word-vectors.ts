/**
 * Vectors of texts by vectors of words, as GloVe (Pennington et al., EMNLP 2014) and fastText publish them: a line a word,
 * its numbers behind it. A text has the mean of its words' vectors.
 */
import { plainText } from '../../../data/label-cells.js'
import { mapRows, readRows, tableProblem } from '../../../data/manifests/rows.js'
import { missingColumn } from '../../../data/nearest-name.js'
import { demandOutput } from '../../../data/output-file.js'
import { Problem, someOf } from '../../../data/problem.js'
import { writeTextRows } from '../../embeddings/arrow-writer.js'
import { readWordVectors } from './word-vector-file.js'

interface Text {
  text: string
  words: string[]
}

export interface TextVectors {
  texts: number
  /** Numbers of each vector. */
  size: number
  /** Words that count for nothing, as the file does not have them. */
  unknown: string[]
}

/**
 * Writes an Arrow file with one row a text: `text` (and `clip`, by which other verbs know a row), `words`, `embedding`.
 *
 * @param file as `readWordVectors` takes it
 * @param texts table with the column `text`, as the column of a data set has it, and perhaps `words`, how it is written
 * @throws Problem `no-data`, `no-column`, `bad-row`, `bad-vectors`; `no-vector` if of a text no word is known
 */
export async function importWordVectors(
  { file, texts: table, output }: { file: string; texts: string; output: string },
  signal: AbortSignal,
): Promise<TextVectors> {
  demandOutput(output, 'Arrow', [file, table])
  const texts = await readTexts(table)
  const { size, of } = await readWordVectors(
    file,
    new Set(texts.flatMap(({ words }) => words.flatMap(spellings))),
    signal,
  )
  const found = (word: string) => spellings(word).flatMap(spelling => of.get(spelling) ?? [])[0]
  const without = texts.filter(({ words }) => !words.some(found)).map(({ text }) => text)
  if (without.length > 0)
    throw new Problem(
      'no-vector',
      `Of ${without.length} of ${texts.length} texts no word is known: ${someOf(without, 5)}.`,
      {
        place: { file: table },
        hint: 'Write them in words of the file, in the column `words`.',
      },
    )
  const knownOf = (words: readonly string[]) => words.flatMap(word => found(word) ?? [])
  const rows = texts.map(({ text, words }) => ({
    labels: { text, words: words.join(' ') },
    embedding: meanOf(knownOf(words), size),
  }))
  writeTextRows(output, rows, { dimensions: size, columns: ['text', 'words'], metadata: {} })
  const unknown = new Set(texts.flatMap(({ words }) => words.filter(word => !found(word))))
  return { texts: texts.length, size, unknown: [...unknown] }
}

async function readTexts(file: string): Promise<Text[]> {
  const table = await readRows(file)
  const [text, words] = ['text', 'words'].map(name => table.names.indexOf(name))
  if (text === -1) throw missingColumn('text', table.names, file)
  const texts = new Map<string, Text>()
  const rows = mapRows(table, ({ line, fields }) => {
    const [own, spelt] = [text!, words!].map(at => plainText(fields[at] ?? ''))
    if (!own) throw tableProblem('bad-row', 'there is no text', file, line)
    const one = { text: own, words: (spelt || own).split(/\s+/) }
    const other = texts.get(own)
    if (other && other.words.join() !== one.words.join())
      throw tableProblem('bad-row', `'${own}' has other words already: ${other.words.join(' ')}`, file, line)
    return texts.set(own, one)
  })
  if (rows.length === 0) throw tableProblem('no-rows', 'there is no text', file)
  return [...texts.values()]
}

/** As it stands there, else in small letters, which is all that GloVe has. */
const spellings = (word: string) => [word, word.toLowerCase()]

function meanOf(vectors: readonly Float32Array[], size: number): Float32Array {
  const mean = new Float32Array(size)
  for (const vector of vectors) for (let k = 0; k < size; k++) mean[k]! += vector[k]! / vectors.length
  return mean
}
