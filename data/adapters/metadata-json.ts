import { readFile } from 'node:fs/promises'
import { Problem } from '../problem.js'

/** What a JSON file of a data set says by name. @throws Problem `bad-table` if it is no map of maps */
export async function metadataJson<Entry extends object>(file: string): Promise<Map<string, Entry>> {
  const bad = (what: string, cause?: unknown) =>
    new Problem('bad-table', `${file}: ${what}`, { place: { file }, cause })
  let read: unknown
  try {
    read = JSON.parse(await readFile(file, 'utf8'))
  } catch (cause) {
    throw bad((cause as Error).message, cause)
  }
  if (!isMap(read)) throw bad('expected a map from names to what is known of them.')
  const entries = Object.entries(read)
  const wrong = entries.find(([, entry]) => !isMap(entry))
  if (wrong) throw bad(`'${wrong[0]}': expected a map.`)
  return new Map(entries as [string, Entry][])
}

const isMap = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value)
