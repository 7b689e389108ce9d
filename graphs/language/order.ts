/** The order in which nodes run, from who reads whom. */

/** Something with an id that reads others. */
export interface Reading {
  id: string
  wires: readonly { node: string }[]
}

/**
 * Nodes sorted so that each stands after all that it reads; otherwise as they were written. Nodes on a cycle, and all
 * that reads them, are left out; one cycle of each group of them is given: `[mixed, view, mixed]` (each reads the one before).
 */
export function inOrder<Node extends Reading>(nodes: readonly Node[]): { order: Node[]; circles: string[][] } {
  const byId = new Map(nodes.map(node => [node.id, node]))
  const waiting = new Map(
    nodes.map(node => [node.id, new Set(node.wires.map(({ node }) => node).filter(id => byId.has(id)))]),
  )
  const readers = new Map<string, string[]>()
  for (const [id, reads] of waiting)
    for (const read of reads) readers.has(read) ? readers.get(read)!.push(id) : readers.set(read, [id])
  const place = new Map(nodes.map(({ id }, at) => [id, at]))
  const ready = new Ready(place)
  for (const { id } of nodes) if (waiting.get(id)!.size === 0) ready.add(id)
  const order: Node[] = []
  for (let id = ready.next(); id !== undefined; id = ready.next()) {
    order.push(byId.get(id)!)
    waiting.delete(id)
    for (const reader of readers.get(id) ?? []) {
      const left = waiting.get(reader)!
      left.delete(id)
      if (left.size === 0) ready.add(reader)
    }
  }
  return { order, circles: circlesOf(waiting) }
}

/** Of the ready nodes, the first written comes first. */
class Ready {
  readonly #ids: string[] = []
  constructor(readonly place: ReadonlyMap<string, number>) {}

  add(id: string): void {
    const at = this.place.get(id)!
    let index = this.#ids.length
    while (index > 0 && this.place.get(this.#ids[index - 1]!)! < at) index--
    this.#ids.splice(index, 0, id)
  }

  next(): string | undefined {
    return this.#ids.pop()
  }
}

/** Follows what each node reads until one comes again: every node that is left reads another that is left. */
function circlesOf(waiting: ReadonlyMap<string, ReadonlySet<string>>): string[][] {
  const circles: string[][] = []
  const seen = new Set<string>()
  for (const start of waiting.keys()) {
    const trail: string[] = []
    let id = start
    while (!seen.has(id)) {
      seen.add(id)
      trail.push(id)
      id = [...waiting.get(id)!][0]!
    }
    const at = trail.indexOf(id)
    if (at >= 0) circles.push([...trail.slice(at), id].reverse())
  }
  return circles
}
