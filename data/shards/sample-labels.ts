/** What the text files of a sample say about it, as label columns. */
import { plainText, SEPARATOR } from '../label-cells.js'

/** What rows of embeddings say besides labels: such a column is called `json.path`, say. */
const RESERVED = ['clip', 'path', 'start', 'end', 'embedding']

/**
 * Columns of a file beside the sound. `json`: one an entry, entries of entries as `outer.inner`, lists in one cell with `;`
 * between; what is null, empty or a list of anything but texts and numbers has no column. `txt`, `cls`: one, called by the
 * ending. Other files say nothing.
 *
 * @param ending behind the first dot of the file's name
 * @throws SyntaxError if what should be JSON is none
 */
export function labelsIn(ending: string, text: string): Record<string, string> {
  const last = ending.split('.').at(-1)
  if (last === 'json') {
    const found = cells(JSON.parse(text.replace(/^\ufeff/, '')), '')
    const labels = found.map(([name, text]) => [RESERVED.includes(name) ? `json.${name}` : name, plainText(text)])
    return Object.fromEntries(labels.filter(([, text]) => text !== ''))
  }
  const value = plainText(text.replace(/^\ufeff/, ''))
  return (last === 'txt' || last === 'cls') && value !== '' ? { [ending]: value } : {}
}

/** Whether `labelsIn` reads such files. */
export const hasLabels = (ending: string) => ['json', 'txt', 'cls'].includes(ending.split('.').at(-1)!)

function cells(value: unknown, name: string): [string, string][] {
  if (Array.isArray(value)) {
    if (value.length === 0 || !value.every(isPlain)) return []
    return [[name || 'json', value.map(one => `${one}`.replaceAll(SEPARATOR, ',')).join(SEPARATOR)]]
  }
  if (value !== null && typeof value === 'object')
    return Object.entries(value).flatMap(([key, inner]) => cells(inner, name === '' ? key : `${name}.${key}`))
  return isPlain(value) && value !== '' ? [[name || 'json', `${value}`]] : []
}

const isPlain = (value: unknown) => ['string', 'number', 'boolean'].includes(typeof value)
