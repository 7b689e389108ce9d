/** The one place where problems become text. */
import { readFileSync, statSync } from 'node:fs'
import type { Place, Problem } from '../../data/problem.js'

const WIDTH = 100
const LARGEST = 4e6

/**
 * A problem as people read it: place, excerpt of the source with the words underlined, what is wrong, what to do.
 * Several lines, without a newline at the end.
 */
export function renderProblem(problem: Problem): string {
  const { place, message, hint } = problem
  const lines = [
    ...(place ? [header(place), ...excerpt(place)] : []),
    ...sentence(message),
    ...(hint ? sentence(hint) : []),
  ]
  return lines.join('\n')
}

function header({ file, line, column, path }: Place): string {
  const where = line === undefined ? file : `${file}:${line}${column === undefined ? '' : `:${column}`}`
  return safe(path ? `${where}  ${path}` : where)
}

function excerpt({ file, line, column = 1, length = 1 }: Place): string[] {
  const source = line === undefined ? undefined : lineOf(file, line)
  if (line === undefined || source === undefined) return []
  const gutter = `${String(line).padStart(4)} | `
  const room = WIDTH - gutter.length
  const start = source.length <= room ? 0 : Math.max(0, Math.min(column - 1 - 30, source.length - room))
  const shown = `${start > 0 ? '…' : ''}${source.slice(start > 0 ? start + 1 : 0, start + room)}`
  const cut = source.length > start + room ? `${shown.slice(0, -1)}…` : shown
  const before = column - 1 - start
  const carets = Math.max(1, Math.min(length, shown.length - before))
  return [`${gutter}${safe(cut)}`, `${' '.repeat(gutter.length - 2)}| ${' '.repeat(before)}${'^'.repeat(carets)}`]
}

function lineOf(file: string, line: number): string | undefined {
  try {
    if (statSync(file).size > LARGEST) return undefined
    return readFileSync(file, 'utf8').split(/\r?\n/)[line - 1]
  } catch {
    return undefined
  }
}

function sentence(text: string): string[] {
  return text.split('\n').flatMap(paragraph => wrap(safe(paragraph), WIDTH - 2).map(line => `  ${line}`))
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  // a port type with blanks in its brackets stays in one piece
  for (const word of text.split(/ (?![^[\]]*\])/)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}

/** One column a character: tabs become blanks, control characters (a terminal would obey them) become dots. */
function safe(text: string): string {
  return text.replaceAll('\t', ' ').replace(/\p{Cc}/gu, '·')
}
