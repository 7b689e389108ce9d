/** `${a.b}` repeats another value of the document, `${env:NAME,default}` reads the environment. `$${` stays `${`. */
import type { Problem } from '../../data/problem.js'
import { suggestion } from './nearest-name.js'
import { parseYaml } from './read-yaml.js'
import { type Branch, childOf, dotted, type Leaf, type Path, problemAt, type Tree } from './tree.js'

const REFERENCE = /\$?\$\{([^{}]*)\}/g
const LIMITS = { values: 100_000, characters: 100_000 }

type Environment = Record<string, string | undefined>

/**
 * The document with every reference replaced; with `files`, those alone that stand in these files (a sub-graph's own). A value that is one reference and nothing else becomes the very value
 * referred to (a number stays a number, a list a list); inside longer text a reference becomes text.
 */
export function resolveReferences(
  root: Branch,
  problems: Problem[],
  environment: Environment = process.env,
  files?: ReadonlySet<string>,
): Branch {
  let values = 0

  function resolve(tree: Tree, path: Path, trail: readonly string[]): Tree {
    if (++values > LIMITS.values) {
      if (values === LIMITS.values + 1)
        problems.push(problemAt('too-large', tree.spot, path, 'References make the document too large.'))
      return { kind: 'leaf', spot: tree.spot, value: null }
    }
    if (tree.kind === 'list')
      return { ...tree, items: tree.items.map((item, at) => resolve(item, [...path, at], trail)) }
    if (tree.kind === 'map') {
      const entries = [...tree.entries].map(
        ([name, { key, value }]) => [name, { key, value: resolve(value, [...path, name], trail) }] as const,
      )
      return { ...tree, entries: new Map(entries) }
    }
    const others = files && !files.has(tree.spot.file)
    return typeof tree.value === 'string' && tree.value.includes('${') && !others
      ? text(tree, tree.value, path, trail)
      : tree
  }

  function text(leaf: Leaf, written: string, path: Path, trail: readonly string[]): Tree {
    const whole = /^\$\{([^{}]*)\}$/.exec(written)
    if (whole) {
      const found = look(whole[1]!, leaf, path, trail)
      return found.kind === 'leaf' ? { ...found, spot: leaf.spot } : found
    }
    const value = written.replace(REFERENCE, (match, inside: string) => {
      if (match.startsWith('$$')) return files ? match : match.slice(1) // the whole document comes later
      const found = look(inside, leaf, path, trail)
      if (found.kind === 'leaf') return String(found.value ?? '')
      problems.push(
        problemAt('bad-reference', leaf.spot, path, `'${match}' is a ${found.kind}: it cannot stand inside text.`),
      )
      return ''
    })
    if (value.length <= LIMITS.characters) return { ...leaf, value }
    problems.push(problemAt('too-large', leaf.spot, path, 'References make this text too long.'))
    return { ...leaf, value: null }
  }

  function look(inside: string, leaf: Leaf, path: Path, trail: readonly string[]): Tree {
    const refuse = (message: string, hint?: string): Tree => {
      problems.push(problemAt('bad-reference', leaf.spot, path, message, hint))
      return { ...leaf, value: null }
    }
    if (inside.startsWith('env:')) return fromEnvironment(inside.slice(4), leaf, environment, refuse)
    const name = inside.trim()
    if (trail.includes(name))
      return refuse(`References go in a circle: ${[...trail.slice(trail.indexOf(name)), name].join(' -> ')}.`)
    let found: Tree = root
    for (const [at, step] of name.split('.').entries()) {
      const below: Tree = found.kind === 'leaf' ? resolve(found, path, [...trail, name]) : found
      const next: Tree | undefined = childOf(below, step)
      if (!next) {
        const upTo = dotted(name.split('.').slice(0, at))
        const where = upTo === '' ? 'the document' : `'${upTo}'`
        const guess = below.kind === 'map' ? suggestion(step, below.entries.keys()) : ''
        return refuse(`'\${${name}}' refers to nothing: ${where} has no '${step}'. ${guess}`.trimEnd())
      }
      found = next
    }
    return resolve(found, path, [...trail, name])
  }

  return resolve(root, [], []) as Branch
}

function fromEnvironment(
  inside: string,
  leaf: Leaf,
  environment: Environment,
  refuse: (message: string, hint?: string) => Tree,
): Tree {
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
