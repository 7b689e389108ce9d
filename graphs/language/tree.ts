/** A YAML document with the place of every key and value: what all steps of the language pass on. */
import { type Place, Problem } from '../../data/problem.js'

/** `folder`: where relative names of files count from, if not the folder of the file. */
export type Spot = Omit<Place, 'path'> & { folder?: string }
export type Scalar = string | number | boolean | null

export interface Leaf {
  kind: 'leaf'
  spot: Spot
  value: Scalar
  /** Of a number, `true`, `false` or `null`: as it is written (`007`). */
  source?: string
}
export interface List {
  kind: 'list'
  spot: Spot
  items: Tree[]
}
export interface Branch {
  kind: 'map'
  spot: Spot
  entries: Map<string, Entry>
  /** What `extends` brought and a null took away, with the place of the null. */
  removed?: Map<string, Spot>
  /** Nodes that stand for files which cannot be used; that has been told. */
  failed?: ReadonlySet<string>
  /** Of the sub-graphs among nodes, by id: what each calls that which it is given. */
  inputs?: ReadonlyMap<string, readonly string[]>
}
export interface Entry {
  /** Where the key stands. */
  key: Spot
  value: Tree
}
export type Tree = Leaf | List | Branch

export type Path = readonly (string | number)[]

/** `['nodes', 'mel', 'bands']` and `'nodes.mel.bands'`: how paths are shown. */
export const dotted = (path: Path): string => path.join('.')

/** The tree as ordinary values. */
export function plain(tree: Tree): unknown {
  if (tree.kind === 'leaf') return tree.value
  if (tree.kind === 'list') return tree.items.map(plain)
  return Object.fromEntries([...tree.entries].map(([name, { value }]) => [name, plain(value)]))
}

/** What stands at a path. */
export function childOf(tree: Tree | undefined, step: string | number): Tree | undefined {
  if (tree?.kind === 'map') return tree.entries.get(String(step))?.value
  if (tree?.kind === 'list') return tree.items[Number(step)]
  return undefined
}

/** The map under a key of a map, if there is one. */
export function branchAt(tree: Branch, name: string): Branch | undefined {
  const value = tree.entries.get(name)?.value
  return value?.kind === 'map' ? value : undefined
}

/** Where the value at a path stands, or as much of the path as there is. */
export function spotAt(tree: Tree, path: Path): Spot {
  const [step, ...rest] = path
  const next = step === undefined ? undefined : childOf(tree, step)
  return next ? spotAt(next, rest) : tree.spot
}

/** Every leaf with its path; an empty map or list counts as one. */
export function* leaves(tree: Tree, path: Path = []): Generator<{ path: Path; tree: Tree }> {
  if (tree.kind === 'map' && tree.entries.size > 0) {
    for (const [name, { value }] of tree.entries) yield* leaves(value, [...path, name])
  } else if (tree.kind === 'list' && tree.items.length > 0) {
    for (const [at, item] of tree.items.entries()) yield* leaves(item, [...path, at])
  } else yield { path, tree }
}

/**
 * A problem at a spot of a document.
 *
 * @param message its words; a function where they take time (which name may be meant), called when they are read: of
 *   thousands of problems few are told
 */
export function problemAt(
  code: string,
  spot: Spot,
  path: Path,
  message: string | (() => string),
  hint?: string,
): Problem {
  const told = typeof message === 'string' ? message : ''
  const problem = new Problem(code, told, { place: { ...spot, path: dotted(path) }, hint })
  if (typeof message === 'string') return problem
  let words: string | undefined
  return Object.defineProperty(problem, 'message', { get: () => (words ??= message()) })
}

/** `in a circle: a -> b -> a`; of a long one its beginning, its length and its end. */
export function inCircle(names: readonly string[]): string {
  if (names.length <= 10) return `in a circle: ${names.join(' -> ')}`
  return `in a circle of ${names.length - 1}: ${[...names.slice(0, 3), '...', names.at(-1)].join(' -> ')}`
}

/** A value as a sentence shows it: text in quotes, long things cut. */
export function show(value: unknown): string {
  const text = typeof value === 'string' ? `'${value}'` : (JSON.stringify(value) ?? String(value))
  return text.length > 48 ? `${text.slice(0, 45)}...` : text
}
