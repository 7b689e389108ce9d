/**
 * Vectors of texts by vectors of words, as GloVe (Pennington et al., EMNLP 2014) and fastText publish them: a line a word,
 * its numbers behind it. A text has the mean of its words' vectors.
 */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { mapRows, readRows, tableProblem } from '../../../data/manifests/rows.js'
import { missingColumn } from '../../../data/nearest-name.js'
import { demandOutput } from '../../../data/output-file.js'
import { Problem, someOf } from '../../../data/problem.js'
import { whyUnread } from '../../../data/system-problem.js'
import { writeTextRows } from '../../embeddings/text-rows.js'

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
 * @param file a line a word: the word, then its numbers, with blanks or tabs between; a first line of two whole numbers, as
 *   fastText has it, is left out
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
  const texts = mapRows(table, ({ line, fields }) => {
    if (!fields[text!]) throw tableProblem('bad-row', 'there is no text', file, line)
    return { text: fields[text!]!, words: (fields[words!] || fields[text!]!).split(/\s+/) }
  })
  return [...new Map(texts.map(one => [one.text, one])).values()]
}

/** As it stands there, else in small letters, which is all that GloVe has. */
const spellings = (word: string) => [word, word.toLowerCase()]

async function readWordVectors(file: string, wanted: ReadonlySet<string>, signal: AbortSignal) {
  const of = new Map<string, Float32Array>()
  let [line, size] = [0, 0]
  const bad = (what: string) =>
    new Problem('bad-vectors', `${file}:${line}: ${what}.`, {
      place: { file, line },
      hint: 'Expected is a line a word: the word, and its numbers behind it, as GloVe and fastText ship them.',
    })
  const lines = createInterface({ input: createReadStream(file, { signal }), crlfDelay: Number.POSITIVE_INFINITY })
  try {
    for await (const written of lines) {
      line++
      const [word = '', ...numbers] = written.trimEnd().split(/[ \t]/)
      if (line === 1 && numbers.length === 1 && /^\d+$/.test(word)) continue
      size ||= numbers.length
      if (size === 0 || numbers.length < size) throw bad(`${numbers.length} numbers${size > 0 ? `, not ${size}` : ''}`)
      // Words that hold blanks have more fields, and are none of a text's
      if (numbers.length > size || !wanted.has(word) || of.has(word)) continue
      const vector = Float32Array.from(numbers, Number)
      if (!vector.every(Number.isFinite)) throw bad(`not all that stands behind '${word}' is a number`)
      of.set(word, vector)
    }
  } catch (error) {
    if (error instanceof Problem || signal.aborted) throw signal.aborted ? signal.reason : error
    throw new Problem('no-data', `${file}: ${whyUnread(error)}.`, { place: { file }, cause: error })
  }
  if (size === 0) throw bad('it is empty')
  return { size, of }
}

function meanOf(vectors: readonly Float32Array[], size: number): Float32Array {
  const mean = new Float32Array(size)
  for (const vector of vectors) for (let k = 0; k < size; k++) mean[k]! += vector[k]! / vectors.length
  return mean
}
