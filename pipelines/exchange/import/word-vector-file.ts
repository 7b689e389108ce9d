/** Vectors of words as they are published: a text file with a line a word. */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { Problem } from '../../../data/problem.js'
import { whyUnread } from '../../../data/system-problem.js'

const BLANKS = /[ \t]+/
/** What hardly any text has: files that are packed or binary do. */
const CONTROL = /[\p{Cc}\ufffd]/u
const NUMBER = /^[-+.\de]+$/i

export interface WordVectors {
  /** Numbers of each vector. */
  size: number
  of: ReadonlyMap<string, Float32Array>
}

/**
 * Vectors of the words that are wanted.
 *
 * @param file UTF-8; on each line the word, then its numbers, with blanks or tabs between. A first line of two whole numbers,
 *   as fastText has it, says how many words there are and how many numbers of each. Words that are or hold blanks are left out
 * @throws Problem `no-data`; `bad-vectors` with the first line that is none of these
 */
export async function readWordVectors(
  file: string,
  wanted: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<WordVectors> {
  const of = new Map<string, Float32Array>()
  let [line, size] = [0, 0]
  const bad = (what: string, hint = 'Expected is a line a word: the word, and its numbers behind it') =>
    new Problem('bad-vectors', `${file}:${line}: ${what}.`, {
      place: { file, line },
      hint: `${hint}, as GloVe and fastText ship them.`,
    })
  const lines = createInterface({ input: createReadStream(file, { signal }), crlfDelay: Number.POSITIVE_INFINITY })
  try {
    for await (const written of lines) {
      line++
      const [word = '', ...numbers] = fieldsOf(written)
      if (word === '') continue
      if (line === 1 && numbers.length === 1 && [word, ...numbers].every(number => /^\d+$/.test(number))) {
        size = Number(numbers[0])
        continue
      }
      size ||= numbers.length
      const ofBlank = numbers.length + 1 === size && [word, ...numbers].every(number => NUMBER.test(number))
      const wrong = size === 0 || (numbers.length < size && !ofBlank)
      if ((wrong || line === 1) && CONTROL.test([word, ...numbers].join(' '))) throw bad('it is no text', PACKED)
      if (wrong) throw bad(`${numbers.length} numbers${size > 0 ? `, not ${size}` : ''}`)
      if (numbers.length !== size || !wanted.has(word) || of.has(word)) continue
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

const PACKED = 'Unpack a .gz or .zip first, and take the text in UTF-8 (.vec, .txt), not a .bin'

/** Other blanks than these are words. */
const fieldsOf = (line: string) => line.replace(/^[\ufeff \t]+|[ \t]+$/g, '').split(BLANKS)
