/** A graph for the terminal: nodes from top to bottom, rails at the left for what they read. */
import { describePort } from '../../stages/ports.js'
import type { CheckedGraph, CheckedNode } from './checked.js'

/**
 * One line a node: rails, id, stage, what leaves. A rail runs down from a node until its last reader:
 *
 *     ●   mel    log-mel             logmel[frames x 64]@16000/160
 *     ├─● near   temporal-proximity  pair<patch[96 x 64]@16000/160>
 *     ╰┄● mixed  mix-back            pair<patch[96 x 64]@16000/160>  backgrounds: mel (bank)
 */
export function drawText({ nodes }: CheckedGraph): string {
  const rails = new Rails(nodes)
  const rows = nodes.map(node => ({ node, rail: rails.row(node) }))
  const width = (values: string[]) => Math.max(...values.map(value => value.length))
  const rail = width(rows.map(({ rail }) => rail))
  const id = width(nodes.map(({ id }) => id))
  const stage = width(nodes.map(({ stage }) => stage))
  const out = width(nodes.map(leaving))
  return rows
    .map(row => [
      row.rail.padEnd(rail),
      row.node.id.padEnd(id),
      row.node.stage.padEnd(stage),
      leaving(row.node).padEnd(out),
      remarks(row.node),
    ])
    .map(cells => cells.join('  ').trimEnd())
    .join('\n')
}

function leaving({ out, lifted }: CheckedNode): string {
  return `${describePort(out)}${lifted ? ' *' : ''}`
}

/** Lanes and ports that the rails do not show. */
function remarks({ inputs, draws, joint }: CheckedNode): string {
  const named = Object.entries(inputs).flatMap(([port, { node, lane, bank }]) => {
    const source = lane ? `${node}.${lane}` : node
    return bank ? [`${port}: ${source} (bank)`] : lane || port !== Object.keys(inputs)[0] ? [`${port}: ${source}`] : []
  })
  return [...named, ...(draws === 'shared' ? ['shared draws'] : []), ...(joint ? ['lanes jointly'] : [])].join(', ')
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
