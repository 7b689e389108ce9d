/** The file that a node uses: found, read, and looked over, before its nodes take the node's place. */
import { basename, isAbsolute, join, resolve } from 'node:path'
import { suggestion } from '../../data/nearest-name.js'
import type { Problem } from '../../data/problem.js'
import { readExtended } from './extend.js'
import { folderOf } from './files.js'
import { referencesIn, stageOf, textAt } from './node-references.js'
import type { StageBook } from './own-stages.js'
import { type Branch, branchAt, inCircle, type Leaf, problemAt, type Spot } from './tree.js'

/** A node that stood for another file. */
export interface Use {
  /** Its id, with those of the sub-graphs around it: `views`, `front/views`. */
  id: string
  /** Where it stands. */
  spot: Spot
  /** The files that its nodes come from. */
  files: string[]
}

export interface Inlining {
  book: StageBook
  problems: Problem[]
  environment: Record<string, string | undefined>
  /** Every file read so far; further ones are added. */
  files: string[]
}

/** `id: { use: ... }`, as it is written. */
export interface Using {
  id: string
  /** Where the id stands. */
  key: Spot
  map: Branch
  /** The files that stand around it. */
  trail: readonly string[]
}

export interface UsedFile {
  /** As the use names it, and as it is found. */
  name: string
  path: string
  /** What it extends is in it. */
  tree: Branch
  nodes: Branch
  /** What it reads from the graph that uses it. */
  inputs: string[]
  /** It and what it extends. */
  files: string[]
}

/** What a sub-graph file may hold. */
const PARTS = ['nodes', 'inputs', 'output', 'name', 'stages']

/** Reads the file, adds its stages to the book, and it to `uses`; undefined if it cannot be used, which is then told. */
export async function readUsed(using: Using, inlining: Inlining, uses: Use[]): Promise<UsedFile | undefined> {
  const { problems, files, book } = inlining
  const found = pathOf(using, problems)
  if (!found) return undefined
  const { name, path, spot } = found
  const at = ['nodes', using.id, 'use']
  const read = await readExtended(path, { spot, path: at })
  problems.push(...read.problems)
  files.push(...read.files.filter(one => !files.includes(one)))
  if (!read.tree) return undefined
  uses.push({ id: using.id, spot: using.key, files: read.files })
  for (const [part, { key }] of read.tree.entries)
    if (!PARTS.includes(part)) {
      const message = `A sub-graph has nodes, inputs and an output; '${part}' stands in the graph that uses it.`
      problems.push(problemAt('bad-use', key, [part], message))
    }
  await book.add(read.tree, problems)
  const inputs = namesIn(read.tree, 'inputs', problems)
  const nodes = branchAt(read.tree, 'nodes')
  if (nodes) return { name, path, tree: read.tree, nodes, inputs, files: read.files }
  problems.push(problemAt('bad-use', spot, at, `${name} has no nodes.`))
  return undefined
}

/** Where the file is that is named beside `use`, relative to the file that names it. */
function pathOf({ id, map, trail }: Using, problems: Problem[]) {
  const { spot } = map.entries.get('use')!.value
  const refuse = (message: string) => {
    problems.push(problemAt('bad-use', spot, ['nodes', id, 'use'], message))
    return undefined
  }
  const name = textAt(map, 'use')
  if (name === undefined) return refuse('use is a YAML file with nodes, such as two-views.yaml.')
  if (map.entries.has('stage')) return refuse(`'${id}' has a stage and uses a file: keep one of the two.`)
  const path = isAbsolute(name) ? name : join(folderOf(spot), name)
  if (!trail.includes(resolve(path))) return { name, path, spot }
  const circle = [...trail.slice(trail.indexOf(resolve(path))), path].map(step => basename(step))
  return refuse(`Files use each other ${inCircle(circle)}.`)
}

/** The node that a sub-graph's name stands for: as `output` says, or the only one that no other reads. */
export function outputOf(
  whole: Branch,
  nodes: Branch,
  inputs: string[],
  { stages }: StageBook,
  problems: Problem[],
): string | undefined {
  for (const input of inputs) {
    const twin = nodes.entries.get(input)
    if (twin)
      problems.push(
        problemAt('bad-use', twin.key, ['nodes', input], `'${input}' is an input already: call the node otherwise.`),
      )
  }
  const written = whole.entries.get('output')?.value
  if (written) {
    const name = written.kind === 'leaf' && typeof written.value === 'string' ? written.value.replaceAll('.', '/') : ''
    if (nodes.entries.has(name)) return name
    const message = `output is the id of a node of this file. ${suggestion(name, nodes.entries.keys())}`.trimEnd()
    problems.push(problemAt('bad-use', written.spot, ['output'], message))
    return undefined
  }
  const read = new Set(
    [...nodes.entries.values()].flatMap(({ value }) =>
      value.kind === 'map'
        ? referencesIn(value, stageOf(value, nodes, stages)).map(({ value }) => value.split('.')[0])
        : [],
    ),
  )
  const unread = [...nodes.entries.keys()].filter(id => !read.has(id))
  return unread.length === 1 ? unread[0] : undefined
}

/** A list of names at the top of a file; one name alone is a list of one. */
export function namesIn(tree: Branch, key: string, problems: Problem[]): string[] {
  const value = tree.entries.get(key)?.value
  if (!value) return []
  const items = value.kind === 'list' ? value.items : [value]
  const names = items.filter(
    (item): item is Leaf & { value: string } => item.kind === 'leaf' && typeof item.value === 'string',
  )
  if (names.length < items.length)
    problems.push(problemAt('bad-value', value.spot, [key], `${key} is a list of names, such as [mel].`))
  return names.map(({ value }) => value)
}
