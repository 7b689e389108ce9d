/** Files of a JSON object a line, as they are found: one that is still written may end in half a line. */
import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs'

/** The objects of a file, or none if it is not there; a line cut off at the end is left out. */
export function readJsonLines<Line>(file: string): Line[] {
  if (!existsSync(file)) return []
  return parsed<Line>(readFileSync(file, 'utf8').split('\n'))
}

/** The last object of a file, without reading the rest of it. */
export function lastJsonLine<Line>(file: string): Line | undefined {
  if (!existsSync(file)) return undefined
  const handle = openSync(file, 'r')
  try {
    const { size } = fstatSync(handle)
    for (let span = 4096; ; span *= 8) {
      const tail = Buffer.alloc(Math.min(span, size))
      readSync(handle, tail, 0, tail.length, size - tail.length)
      const lines = tail.toString('utf8').split('\n')
      const found = parsed<Line>(tail.length === size ? lines : lines.slice(1)).at(-1)
      if (found || tail.length === size) return found
    }
  } finally {
    closeSync(handle)
  }
}

function parsed<Line>(lines: readonly string[]): Line[] {
  return lines.flatMap(line => {
    try {
      return line === '' ? [] : [JSON.parse(line) as Line]
    } catch {
      return []
    }
  })
}
