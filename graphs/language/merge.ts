/** How `extends` and `--set` lay one document over another: maps merge, lists and values replace, null removes. */

import { nearestName } from '../../data/nearest-name.js'
import type { Problem } from '../../data/problem.js'
import { type Branch, type Path, problemAt, type Tree } from './tree.js'

/**
 * `above` laid over `below`; neither is changed. Every value keeps the place where it was written.
 * A null that removes nothing is a problem: it is a slip of the pen, or an empty value. In a node that uses another file
 * it stays for `later`, when that file's nodes are there to remove.
 */
export function merge(
  below: Branch | undefined,
  above: Branch,
  problems: Problem[] = [],
  path: Path = [],
  later = false,
): Branch {
  const inUse = later || (path[0] === 'nodes' && (above.entries.has('use') || (below?.entries.has('use') ?? false)))
  const entries = new Map(below?.entries)
  const removed = new Map(below?.removed)
  for (const [name, entry] of above.entries) {
    const here = [...path, name]
    const old = below?.entries.get(name)
    if (isNull(entry.value)) {
      if (entries.delete(name)) removed.set(name, entry.value.spot)
      else if (removed.has(name))
        removed.set(name, entry.value.spot) // another file below took it away
      else if (inUse) entries.set(name, entry)
      else if (here.length > 1) problems.push(nothingRemoved(below, name, here, entry.value))
    } else if (entry.value.kind === 'map') {
      const under = old?.value.kind === 'map' ? old.value : undefined
      entries.set(name, { key: entry.key, value: merge(under, entry.value, problems, here, inUse) })
    } else entries.set(name, entry)
  }
  return { ...below, kind: 'map', spot: above.spot, entries, ...(removed.size > 0 && { removed }) }
}

const isNull = (tree: Tree) => tree.kind === 'leaf' && tree.value === null

function nothingRemoved(below: Branch | undefined, name: string, path: Path, { spot }: Tree): Problem {
  if (!below) return problemAt('empty-value', spot, path, `'${name}' has no value. Write one, or leave the line out.`)
  const message = `'${name}' is null, which removes what is extended, but there is no '${name}' there.`
  return problemAt('nothing-removed', spot, path, () => {
    const near = nearestName(name, below.entries.keys())
    return near ? `${message} Did you mean '${near}'?` : message
  })
}
