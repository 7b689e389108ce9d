/** The bytes of a file as text; what is no UTF-8 is told, not guessed. */
import type { Problem } from '../../data/problem.js'
import { problemAt } from './tree.js'

const SAVE = 'Save it as UTF-8, with line ends of LF.'

/** The text without its byte order mark, or why there is none. */
export function textOfFile(bytes: Uint8Array, file: string): string | Problem {
  const refuse = (message: string, spot: { line?: number; column?: number } = {}) =>
    problemAt('not-utf-8', { file, ...spot }, [], message, SAVE)
  const [first, second] = bytes
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    return refuse('The file is encoded as UTF-16 or UTF-32.')
  if (bytes.includes(0)) return refuse('The file holds zero bytes: it is no text, or is encoded as UTF-16.')
  const text = utf8(bytes)
  if (text === undefined) return refuse('This is not UTF-8; the file may be encoded as Latin-1.', firstWrong(bytes))
  if (text.includes('\r') && !text.includes('\n')) return refuse('The lines end in CR alone, so all is one line.')
  return text
}

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** Where the first character stands that cannot be read. */
function firstWrong(bytes: Uint8Array): { line: number; column: number } {
  let line = 1
  for (let start = 0; ; line++) {
    const end = bytes.indexOf(10, start)
    const own = bytes.subarray(start, end < 0 ? bytes.length : end)
    if (utf8(own) === undefined) return { line, column: new TextDecoder().decode(own).indexOf('\ufffd') + 1 }
    start = end + 1
  }
}
