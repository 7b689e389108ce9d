import { readFileSync } from 'node:fs'
import { Problem } from './problem.js'

/** What a JSON file of Earshot's own holds. @throws Problem `damaged` if it is cut or was edited into something else */
export function readJsonFile(
  file: string,
  hint = 'It was damaged or edited: take it away, or put back a copy.',
): unknown {
  const text = readFileSync(file, 'utf8')
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Problem('damaged', `This is no whole JSON: ${(cause as Error).message}.`, {
      place: { file },
      hint,
      cause,
    })
  }
}

/** The objects of a file with one in each line. @throws Problem `damaged` that names the line */
export function readJsonLinesWhole(file: string): unknown[] {
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.flatMap((line, at) => {
    if (line.trim() === '') return []
    try {
      return [JSON.parse(line)]
    } catch (cause) {
      throw new Problem('damaged', `This line is no whole JSON: ${(cause as Error).message}.`, {
        place: { file, line: at + 1 },
        hint: 'It was damaged or edited: take the line away.',
        cause,
      })
    }
  })
}
