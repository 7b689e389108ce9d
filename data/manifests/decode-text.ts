/** Bytes of a table as text. */
import { isUtf8 } from 'node:buffer'
import { DelimitedError } from './delimited.js'

/**
 * UTF-8 or UTF-16, as a byte order mark or the zeros of UTF-16 tell, or the encoding named.
 *
 * @param encoding a label of the Encoding Standard: `windows-1252`, `shift_jis`
 * @throws DelimitedError at the first line that is not UTF-8: letters would be guessed, and two classes become one
 */
export function decodeText(bytes: Uint8Array, encoding = wideEncoding(bytes)): string {
  if (encoding !== undefined) return new TextDecoder(encoding).decode(bytes)
  if (isUtf8(bytes)) return new TextDecoder().decode(bytes)
  throw new DelimitedError(firstForeignLine(bytes), 'the text is not UTF-8', HINT)
}

const HINT =
  'Tables of Windows are often windows-1252: iconv -f WINDOWS-1252 -t UTF-8 TABLE > NEW. A data set file can name it: encoding: windows-1252.'

/** Text of UTF-16 has a zero in each letter of a language written in Latin. */
function wideEncoding([first, second, third, fourth]: Uint8Array): string | undefined {
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  if (first !== 0 && second === 0 && third !== 0 && fourth === 0) return 'utf-16le'
  return first === 0 && second !== 0 && third === 0 && fourth !== 0 ? 'utf-16be' : undefined
}

function firstForeignLine(bytes: Uint8Array): number {
  for (let line = 1, from = 0; ; line++) {
    const end = bytes.indexOf(0x0a, from)
    if (end < 0 || !isUtf8(bytes.subarray(from, end))) return line
    from = end + 1
  }
}

/** Whether there is such an encoding. */
export function isEncoding(name: string): boolean {
  try {
    return Boolean(new TextDecoder(name))
  } catch {
    return false
  }
}
