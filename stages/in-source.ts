/** Where in a file from outside Earshot something stands, so that a mistake is shown at its line. */
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import type { Place } from '../data/problem.js'

/** Where a key of the contract is written (`out:`, `work(`), or where the stage is exported if it is not. */
export function placeOfKey(file: string, key: string): Place {
  const lines = readFileSync(file, 'utf8').split(/\r?\n/)
  const places = [new RegExp(`(?<![\\w$.'"])${key}(?=\\s*[:(,])`), /export\s+default/]
  for (const pattern of places)
    for (const [at, line] of lines.entries()) {
      const found = pattern.exec(line)
      if (found) return { file, line: at + 1, column: found.index + 1, length: found[0].length, path: key }
    }
  return { file, path: key }
}

/** Where in the file an error was thrown, if its stack says so. */
export function placeOfError(file: string, error: unknown): Place | undefined {
  const url = pathToFileURL(file).href
  for (const line of String((error as Error | undefined)?.stack).split('\n')) {
    const at = line.indexOf(url)
    const [, row, column] = (at >= 0 && /^(?:\?[^:)]*)?:(\d+)(?::(\d+))?/.exec(line.slice(at + url.length))) || []
    if (row) return { file, line: Number(row), ...(column ? { column: Number(column) } : {}) }
  }
  return undefined
}
