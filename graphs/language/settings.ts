/** Checks a map of a document against a schema; what zod says becomes a sentence at the place of the value. */
import type { z } from 'zod'
import { nearestName } from '../../data/nearest-name.js'
import type { Problem } from '../../data/problem.js'
import { choicesOf, type Parameter, parametersOf, schemaAt } from './parameters.js'
import { choice, type Issue, sentence, written } from './sentences.js'
import { type Branch, childOf, type Path, plain, problemAt, type Spot, type Tree } from './tree.js'

export interface Owner {
  /** Whose settings these are, as sentences name it: `nt-xent`, `train`. */
  owner: string
  /** What one of them is called. */
  word: 'parameter' | 'setting'
  path: Path
  /** Where something missing is shown; the map's own place if absent. */
  spot?: Spot
}

/** The parsed values, or `undefined` with every mistake in `problems`. */
export function checkSettings(tree: Branch, schema: z.ZodType, owner: Owner, problems: Problem[]): unknown {
  const result = schema.safeParse(plain(tree))
  if (result.success) return result.data
  for (const issue of result.error.issues) problems.push(...inWords(issue, tree, schema, owner))
  return undefined
}

/** The sentence about a key that a schema does not know. */
export function unknownKey(name: string, spot: Spot, owner: Owner, known: Parameter[], others: string[] = []): Problem {
  const near = nearestName(name, [...known.map(parameter => parameter.name), ...others])
  const parameter = known.find(({ name }) => name === near)
  const stands = parameter?.default === undefined ? '' : ` (default ${written(parameter)})`
  const names = known.map(({ name }) => name)
  const [, glued, value] = /^([\w-]+):(.+)$/.exec(name) ?? []
  const guess = names.includes(glued ?? '')
    ? ` A blank is missing behind the colon: ${glued}: ${value}.`
    : near
      ? ` Did you mean '${near}'${stands}?`
      : names.length > 0
        ? ` It has: ${names.join(', ')}.`
        : ' It has none.'
  return problemAt(`unknown-${owner.word}`, spot, owner.path, `${owner.owner} has no ${owner.word} '${name}'.${guess}`)
}

function inWords(issue: Issue, tree: Branch, schema: z.ZodType, owner: Owner): Problem[] {
  const path = issue.path.map(step => (typeof step === 'number' ? step : String(step)))
  const full = [...owner.path, ...path]
  if (issue.code === 'unrecognized_keys') {
    const branch = follow(tree, path)
    const given = plain(tree)
    const known = parametersOf(schemaAt(schema, path, given) ?? schema, plain(branch.tree))
    const name = path.length === 0 ? owner.owner : `'${[owner.owner, ...path].join('.')}'`
    return issue.keys.map(key => {
      const spot =
        branch.tree.kind === 'map' ? (branch.tree.entries.get(key)?.key ?? branch.tree.spot) : branch.tree.spot
      return unknownKey(key, spot, { ...owner, owner: name, path: [...full, key] }, known)
    })
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0 && issue.message === 'Invalid input') {
    const deepest = branchMeant(issue)
    if (deepest)
      return deepest.flatMap(inner =>
        inWords({ ...inner, path: [...issue.path, ...inner.path] } as Issue, tree, schema, owner),
      )
  }
  if (issue.code === 'invalid_union' && 'discriminator' in issue) return [wrongChoice(issue, tree, schema, owner, path)]
  const found = follow(tree, path)
  const name = path.join('.')
  const doc = docOf(schema, path, plain(tree))
  if (!found.whole) {
    const message = `${owner.owner} needs '${name}'${doc?.doc ? `: ${doc.doc}` : ''}.`
    return [problemAt(`missing-${owner.word}`, found.key ?? owner.spot ?? found.tree.spot, full, message)]
  }
  const expected = doc
    ? `${path.filter(step => typeof step === 'string').join('.')}${doc.default === undefined ? '' : ` (default ${written(doc)})`}${doc.doc ? `: ${doc.doc}` : ''}`
    : undefined
  const hint = doc?.doc || doc?.default !== undefined ? expected : undefined
  return [
    problemAt(
      'bad-value',
      found.tree.spot,
      full,
      unquoted(issue, name, found.tree) ??
        sentence(issue, name, plain(found.tree), typeof path.at(-1) === 'string' ? doc : undefined),
      hint,
    ),
  ]
}

/** `007` without quotes is a number, and was meant as text. */
function unquoted(issue: Issue, name: string, tree: Tree): string | undefined {
  if (issue.code !== 'invalid_type' || issue.expected !== 'string' || tree.kind !== 'leaf') return undefined
  const { value, source = String(value) } = tree
  const what = value === null ? 'nothing' : typeof value === 'number' ? 'a number' : 'a truth value'
  return `${name} must be text; ${source} without quotes is ${what}. Write "${source}".`
}

/** `kind: adma`: the key that decides what else may stand there. */
function wrongChoice(issue: Issue, tree: Branch, schema: z.ZodType, owner: Owner, path: Path): Problem {
  const key = String(path.at(-1))
  const found = follow(tree, path)
  const parent = schemaAt(schema, path.slice(0, -1))
  const values = parent ? choicesOf(parent, key) : []
  const full = [...owner.path, ...path]
  if (found.whole) {
    const choices = { ...issue, code: 'invalid_value', values } as Issue
    return problemAt(
      'bad-value',
      found.tree.spot,
      full,
      sentence(choices, path.join('.'), plain(found.tree), undefined),
    )
  }
  const message = `${[owner.owner, ...path.slice(0, -1)].join('.')} needs '${key}': ${choice(values)}.`
  return problemAt(`missing-${owner.word}`, found.key ?? owner.spot ?? found.tree.spot, full, message)
}

/** Of several shapes a value may have, the mistakes of the one that fits best: those that lie deepest. */
function branchMeant(issue: Issue & { code: 'invalid_union' }): Issue[] | undefined {
  const depth = (issues: readonly Issue[]) => Math.max(...issues.map(inner => inner.path.length))
  const [best] = [...issue.errors].sort((one, other) => depth(other as Issue[]) - depth(one as Issue[]))
  return best && depth(best as Issue[]) > 0 ? (best as Issue[]) : undefined
}

function follow(root: Tree, path: Path): { tree: Tree; key?: Spot; whole: boolean } {
  let here: { tree: Tree; key?: Spot } = { tree: root }
  for (const step of path) {
    const next = childOf(here.tree, step)
    if (!next) return { ...here, whole: false }
    const key = here.tree.kind === 'map' ? here.tree.entries.get(String(step))?.key : undefined
    here = key ? { tree: next, key } : { tree: next }
  }
  return { ...here, whole: true }
}

function docOf(schema: z.ZodType, path: Path, value: unknown): Parameter | undefined {
  const named = path.filter(step => typeof step === 'string')
  const parent = schemaAt(schema, named.slice(0, -1), value)
  const given = named.slice(0, -1).reduce((here, step) => (here as Record<string, unknown> | undefined)?.[step], value)
  return parent && parametersOf(parent, given).find(({ name }) => name === named.at(-1))
}
