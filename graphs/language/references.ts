/** `${a.b}` repeats another value of the document, `${env:NAME,default}` reads the environment. `$${` stays `${`. */

import { suggestion } from '../../data/nearest-name.js'
import type { Problem } from '../../data/problem.js'
import { parseYaml } from './read-yaml.js'
import {
  type Branch,
  childOf,
  dotted,
  type Entry,
  inCircle,
  type Leaf,
  type Path,
  problemAt,
  type Spot,
  type Tree,
} from './tree.js'
import { DEEPEST } from './yaml-tree.js'

const REFERENCE = /\$?\$\{([^{}]*)\}/g
const LIMITS = { values: 100_000, characters: 100_000 }

type Environment = Record<string, string | undefined>
type Words = string | (() => string)
/** Tells why a reference comes to nothing; gives what then stands in its place. */
type Refuse = (message: Words, hint?: string | undefined) => Tree

/** Work that needs the result of other work: yields it, and is given what it came to. */
type Steps = Generator<Steps, Tree, Tree>

/**
 * The document with every reference replaced; with `files`, those alone that stand in these files (a sub-graph's own).
 * A value that is one reference and nothing else becomes the very value referred to (a number stays a number, a list a
 * list); inside longer text a reference becomes text.
 */
export function resolveReferences(
  root: Branch,
  problems: Problem[],
  environment: Environment = process.env,
  files?: ReadonlySet<string>,
): Branch {
  return done(new Resolver(root, problems, environment, files).whole(root, [])) as Branch
}

class Resolver {
  #values = 0
  /** Names that are being followed, in order. */
  readonly #active = new Set<string>()
  /** What a name came to, and how many values that holds. */
  readonly #known = new Map<string, { tree: Tree; values: number }>()
  /** What stands where a reference came to nothing, and why: who refers to that is told the same. */
  readonly #failed = new WeakMap<Tree, readonly [message: Words, hint?: string | undefined]>()

  constructor(
    private readonly root: Branch,
    private readonly problems: Problem[],
    private readonly environment: Environment,
    private readonly files: ReadonlySet<string> | undefined,
  ) {}

  *whole(tree: Tree, path: Path): Steps {
    if (!this.#room(1, tree.spot, path)) return { kind: 'leaf', spot: tree.spot, value: null }
    if (tree.kind === 'list') {
      const items: Tree[] = []
      for (const [at, item] of tree.items.entries()) items.push(yield this.whole(item, [...path, at]))
      return { ...tree, items }
    }
    if (tree.kind === 'map') {
      const entries = new Map<string, Entry>()
      for (const [name, { key, value }] of tree.entries)
        entries.set(name, { key, value: yield this.whole(value, [...path, name]) })
      return { ...tree, entries }
    }
    const own = this.files?.has(tree.spot.file) ?? true
    return own && typeof tree.value === 'string' && tree.value.includes('${') ? yield this.#text(tree, path) : tree
  }

  *#text(leaf: Leaf, path: Path): Steps {
    const written = leaf.value as string
    const [, only] = /^\$\{([^{}]*)\}$/.exec(written) ?? []
    if (only !== undefined) {
      const found = yield this.#look(only, leaf, path)
      return found.kind === 'leaf' && !this.#failed.has(found) ? { ...found, spot: leaf.spot } : found
    }
    let text = ''
    let from = 0
    for (const { 0: match, 1: inside, index } of written.matchAll(REFERENCE)) {
      text += written.slice(from, index)
      from = index + match.length
      if (match.startsWith('$$'))
        text += this.files ? match : match.slice(1) // the whole document comes later
      else {
        const found = yield this.#look(inside!, leaf, path)
        if (this.#failed.has(found)) return found
        text += this.#inText(found, match, leaf, path)
      }
    }
    text += written.slice(from)
    if (text.length <= LIMITS.characters) return { ...leaf, value: text }
    this.problems.push(problemAt('too-large', leaf.spot, path, 'References make this text too long.'))
    return { ...leaf, value: null }
  }

  #inText(found: Tree, match: string, leaf: Leaf, path: Path): string {
    if (found.kind === 'leaf') return String(found.value ?? '')
    const message = `'${match}' is a ${found.kind}: it cannot stand inside text.`
    this.problems.push(problemAt('bad-reference', leaf.spot, path, message))
    return ''
  }

  *#look(inside: string, leaf: Leaf, path: Path): Steps {
    const refuse: Refuse = (message, hint) => {
      this.problems.push(problemAt('bad-reference', leaf.spot, path, message, hint))
      const nothing: Leaf = { ...leaf, value: null }
      this.#failed.set(nothing, [message, hint])
      return nothing
    }
    if (inside.startsWith('env:')) return fromEnvironment(inside.slice(4), leaf, this.environment, refuse)
    const name = inside.trim()
    if (this.#active.has(name)) {
      const active = [...this.#active]
      return refuse(`References go ${inCircle([...active.slice(active.indexOf(name)), name])}.`)
    }
    if (!this.#known.has(name)) {
      this.#active.add(name)
      const tree = yield this.#follow(name.split('.'), refuse)
      this.#active.delete(name)
      this.#known.set(name, { tree, values: sizeOf(tree).values })
    }
    const { tree, values } = this.#known.get(name)!
    const failed = this.#failed.get(tree)
    if (failed) return refuse(...failed)
    return this.#room(values, leaf.spot, path) ? tree : { ...leaf, value: null }
  }

  /** The value at a path of the document, itself resolved; a part of the path may be a reference, too. */
  *#follow(steps: string[], refuse: Refuse): Steps {
    let tree: Tree = this.root
    for (const [at, step] of steps.entries()) {
      const below: Tree = tree.kind === 'leaf' ? yield this.whole(tree, steps.slice(0, at)) : tree
      const next = childOf(below, step)
      if (!next) return this.#failed.has(below) ? below : refuse(() => refersToNothing(steps, at, below))
      tree = next
    }
    tree = yield this.whole(tree, steps)
    if (sizeOf(tree).height <= DEEPEST) return tree
    return refuse(`'\${${steps.join('.')}}' nests values more than ${DEEPEST} deep.`)
  }

  /** Counts values; false where they have become too many, which is told once. */
  #room(values: number, spot: Spot, path: Path): boolean {
    const before = this.#values
    this.#values += values
    if (this.#values <= LIMITS.values) return true
    if (before <= LIMITS.values)
      this.problems.push(problemAt('too-large', spot, path, 'References make the document too large.'))
    return false
  }
}

/** Does work and all that it waits for; a chain of any length takes no room on the stack. */
function done(work: Steps): Tree {
  const waiting = [work]
  let result: IteratorResult<Steps, Tree> = work.next()
  for (;;) {
    if (!result.done) {
      waiting.push(result.value)
      result = result.value.next()
    } else {
      waiting.pop()
      const above = waiting.at(-1)
      if (!above) return result.value
      result = above.next(result.value)
    }
  }
}

function refersToNothing(steps: string[], at: number, below: Tree): string {
  const where = at === 0 ? 'the document' : `'${dotted(steps.slice(0, at))}'`
  const guess = below.kind === 'map' ? suggestion(steps[at]!, below.entries.keys()) : ''
  return `'\${${steps.join('.')}}' refers to nothing: ${where} has no '${steps[at]}'. ${guess}`.trimEnd()
}

/** How many values a tree holds, and how many maps and lists stand inside each other. */
function sizeOf(tree: Tree): { values: number; height: number } {
  if (tree.kind === 'leaf') return { values: 1, height: 0 }
  const inner = tree.kind === 'list' ? tree.items : [...tree.entries.values()].map(({ value }) => value)
  const sizes = inner.map(sizeOf)
  return {
    values: sizes.reduce((sum, { values }) => sum + values, 1),
    height: sizes.reduce((highest, { height }) => Math.max(highest, height + 1), 1),
  }
}

function fromEnvironment(inside: string, leaf: Leaf, environment: Environment, refuse: Refuse): Tree {
  const cut = inside.indexOf(',')
  const name = (cut < 0 ? inside : inside.slice(0, cut)).trim()
  const text = environment[name] ?? (cut < 0 ? undefined : inside.slice(cut + 1))
  if (text === undefined) {
    return refuse(
      `The environment variable ${name} is not set, and there is no default.`,
      `Set it before the command (${name}=... ./earshot ...), or write \${env:${name},default}.`,
    )
  }
  const { tree } = parseYaml(text, leaf.spot.file)
  return { ...leaf, value: tree?.kind === 'leaf' ? tree.value : text.trim() }
}
