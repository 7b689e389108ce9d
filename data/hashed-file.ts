import { hash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'

/** A file and the sha256 of its content; undefined if it is not there. */
export function hashedFile(file: string): { file: string; hash: string } | undefined {
  return existsSync(file) ? { file, hash: hash('sha256', readFileSync(file)) } : undefined
}
