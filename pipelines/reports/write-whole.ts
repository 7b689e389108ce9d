/** A file that is there whole or not at all. */
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { Problem } from '../../data/problem.js'

/** @throws Problem if it cannot be written */
export function writeWhole(file: string, text: string): void {
  const temporary = `${file}.${process.pid}.partial`
  try {
    writeFileSync(temporary, text)
    renameSync(temporary, file)
  } catch (cause) {
    if (existsSync(temporary)) rmSync(temporary)
    throw new Problem('not-writable', `${file} cannot be written: ${(cause as Error).message}`, {
      hint: 'Name a file that you may write with -o.',
      cause,
    })
  }
}
