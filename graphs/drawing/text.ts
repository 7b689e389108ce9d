/** A graph for the terminal: nodes from top to bottom, rails at the left for what they read. */
import { describePort } from '../../stages/ports.js'
import type { CheckedGraph, CheckedNode } from '../language/checked.js'
import { nodeRemarks } from './remarks.js'

/**
 * One line a node: rails, id, stage, what leaves. A rail runs down from a node until its last reader:
 *
 *     ●   mel    log-mel             logmel[frames x 64]@16000/160
 *     ├─● near   temporal-proximity  pair<patch[96 x 64]@16000/160>
 *     ╰┄● mixed  mix-back            pair<patch[96 x 64]@16000/160>  backgrounds: mel (bank)
 *
 * @param width columns of the terminal: what does not fit stands below its node
 */
export function drawText({ nodes }: CheckedGraph, width = Number.POSITIVE_INFINITY): string {
  const rails = new Rails(nodes)
  const rows = nodes.map(node => ({ node, rail: rails.row(node), below: rails.below() }))
  const widest = (values: string[]) => Math.max(...values.map(value => value.length))
  const rail = widest(rows.flatMap(({ rail, below }) => [rail, below]))
  const id = widest(nodes.map(({ id }) => id))
  const stage = widest(nodes.map(({ stage }) => stage))
  const out = widest(nodes.map(leaving))
  return rows
    .flatMap(({ node, rail: own, below }) => {
      const start = [own.padEnd(rail), node.id.padEnd(id), node.stage.padEnd(stage)].join('  ')
      const whole = [start, leaving(node).padEnd(out), remarks(node)].join('  ').trimEnd()
      if (whole.length <= width) return [whole]
      const under = `${below.padEnd(rail)}  ${' '.repeat(id)}  `
      const first = [start, leaving(node)].join('  ')
      const fits = first.length <= width
      const rest = [...(fits ? [] : [leaving(node)]), ...folded(remarks(node), width - under.length)]
      return [fits ? first : start.trimEnd(), ...rest.map(line => under + line)]
    })
    .join('\n')
}

/** Words at their commas, as many a line as fit. */
function folded(words: string, width: number): string[] {
  const lines: string[] = []
  for (const word of words.split(/(?<=,) /).filter(Boolean)) {
    const line = `${lines.at(-1)} ${word}`
    if (lines.length > 0 && line.length <= width) lines[lines.length - 1] = line
    else lines.push(word)
  }
  return lines
}

function leaving({ out, lifted }: CheckedNode): string {
  return `${describePort(out)}${lifted ? ' *' : ''}`
}

/** Lanes and ports that the rails do not show. */
function remarks(node: CheckedNode): string {
  const { inputs } = node
  const named = Object.entries(inputs).flatMap(([port, { node, lane, bank }]) => {
    const source = lane ? `${node}.${lane}` : node
    return bank ? [`${port}: ${source} (bank)`] : lane || port !== Object.keys(inputs)[0] ? [`${port}: ${source}`] : []
  })
  return [...named, ...nodeRemarks(node)].join(', ')
}

/** Which column each node's output runs down, and until when. */
class Rails {
  /** Ids by column; `undefined` where a column is free. */
  readonly #columns: (string | undefined)[] = []
  readonly #readers = new Map<string, number>()

  constructor(nodes: readonly CheckedNode[]) {
    for (const node of nodes)
      for (const read of readBy(node)) this.#readers.set(read, (this.#readers.get(read) ?? 0) + 1)
  }

  row(node: CheckedNode): string {
    const reads = readBy(node)
    const before = [...this.#columns]
    for (const read of reads) this.#readers.set(read, this.#readers.get(read)! - 1)
    const ending = reads.filter(read => this.#readers.get(read) === 0)
    for (const read of ending) this.#columns[this.#columns.indexOf(read)] = undefined
    const own = this.#place(node.id, before, reads, ending)
    const stream = new Set(Object.values(node.inputs).flatMap(({ node, bank }) => (bank ? [] : [node])))
    return drawRow(
      before,
      own,
      read => reads.includes(read),
      read => ending.includes(read),
      read => stream.has(read),
    )
  }

  /** The rails that run on below the row drawn last. */
  below(): string {
    return Array.from(this.#columns, id => (id === undefined ? ' ' : '│'))
      .join(' ')
      .trimEnd()
  }

  /** Goes on in the column of what it mainly reads if that ends here, else right of all that is read. */
  #place(id: string, before: (string | undefined)[], reads: string[], ending: string[]): number {
    const goingOn = reads.filter(read => !ending.includes(read)).map(read => before.indexOf(read))
    const least = Math.max(-1, ...goingOn) + 1
    const ended = ending.map(read => before.indexOf(read)).filter(column => column >= least)
    let column = ended[0] ?? least
    while (this.#columns[column] !== undefined) column++
    if (this.#readers.has(id)) this.#columns[column] = id
    while (this.#columns.length > 0 && this.#columns.at(-1) === undefined) this.#columns.pop()
    return column
  }
}

function readBy({ inputs }: CheckedNode): string[] {
  return [...new Set(Object.values(inputs).map(({ node }) => node))]
}

type Test = (id: string) => boolean

function drawRow(before: (string | undefined)[], own: number, read: Test, ends: Test, stream: Test): string {
  const columns = Math.max(before.length, own + 1)
  const isRead = (column: number) => before[column] !== undefined && column !== own && read(before[column])
  const touched = Array.from({ length: columns }, (_, column) => column).filter(isRead)
  const [first, last] = [Math.min(own, ...touched), Math.max(own, ...touched)]
  let row = ''
  for (let column = 0; column < columns; column++) {
    const id = before[column]
    const inside = column > first && column < last
    if (column === own) row += '●'
    else if (isRead(column)) row += corner(ends(id!), column < own, column > first && column < last)
    else row += id === undefined ? (inside ? '─' : ' ') : inside ? '┼' : '│'
    const crossing = column >= first && column < last
    row += crossing ? (touched.some(at => stream(before[at]!) && between(column, at, own)) ? '─' : '┄') : ' '
  }
  return row.trimEnd()
}

const between = (column: number, at: number, own: number) => (at < own ? column >= at : column < at)

function corner(ends: boolean, left: boolean, inside: boolean): string {
  if (inside) return ends ? '┴' : '┼'
  if (left) return ends ? '╰' : '├'
  return ends ? '╯' : '┤'
}
