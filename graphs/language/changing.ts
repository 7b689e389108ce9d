/** Numbers that change over training: `q: { 0: 0.7, 800: 0.5 }`, each with the steps that have been done when it comes. */
import { z } from 'zod'
import type { Problem } from '../../data/problem.js'
import type { Stage } from '../../stages/contract.js'
import type { Changing } from './checked.js'
import { schemaAt } from './parameters.js'
import { checkSettings } from './settings.js'
import { type Branch, type Entry, type Path, plain, problemAt, show, type Tree } from './tree.js'

const WAYS = ['hold', 'linear', 'cosine'] as const satisfies readonly Changing['between'][]

export type { Changing }

/** @param step steps done before @param steps of the whole training */
export function valueAt({ at, values, between }: Changing, step: number, steps: number): number {
  const places = at.map(place => (place === 'end' ? steps - 1 : place))
  const next = places.findIndex(place => place > step)
  if (next < 1) return values.at(next)!
  const [from, to] = [values[next - 1]!, values[next]!]
  if (between === 'hold') return from
  const done = (step - places[next - 1]!) / (places[next]! - places[next - 1]!)
  return from + (to - from) * (between === 'linear' ? done : (1 - Math.cos(Math.PI * done)) / 2)
}

/** As a schema for editors says it. */
export const changingSchema = {
  type: 'object',
  properties: { end: { type: 'number' }, between: { enum: WAYS } },
  patternProperties: { '^\\d+$': { type: 'number' } },
  additionalProperties: false,
  description: 'by steps done, the value from then on: { 0: 0.7, 800: 0.5 }; between: hold (usual), linear or cosine',
}

/** Whose number it is, and what it has to be. */
export interface ChangingOf {
  owner: string
  name: string
  path: Path
  schema: z.ZodType
}

/** A map of steps and values; undefined with the reasons in `problems`. */
export function readChanging(tree: Branch, of: ChangingOf, problems: Problem[]): Changing | undefined {
  const { owner, name, path, schema } = of
  const found = problems.length
  const refuse = (entry: Entry | undefined, message: string) =>
    problems.push(problemAt('bad-value', entry?.key ?? tree.spot, path, message, EXAMPLE(name)))
  const numberAt = (entry: Entry): number => {
    const one: Branch = { kind: 'map', spot: entry.value.spot, entries: new Map([[name, entry]]) }
    const told = { owner, word: 'parameter', path: path.slice(0, -1) } as const
    const checked = checkSettings(one, z.strictObject({ [name]: schema }), told, problems)
    return (checked as Record<string, number> | undefined)?.[name] ?? Number.NaN
  }
  let between: Changing['between'] = 'hold'
  const reached: [Changing['at'][number], number][] = []
  for (const [key, entry] of tree.entries) {
    const value = plain(entry.value)
    const way = WAYS.find(way => way === value)
    if (key === 'end' || /^\d+$/.test(key)) reached.push([key === 'end' ? key : Number(key), numberAt(entry)])
    else if (key !== 'between') refuse(entry, `'${key}' is no number of steps.`)
    else if (way) between = way
    else refuse(entry, `between is ${WAYS.join(', ')}, not ${show(value)}.`)
  }
  // files that extend one another may each say some of the steps
  reached.sort(([one], [other]) => placeOf(one) - placeOf(other))
  if (problems.length === found && reached[0]?.[0] !== 0)
    refuse(undefined, reached.length > 0 ? `The first value of ${name} is that of step 0.` : `${name} has no value.`)
  if (problems.length > found) return undefined
  return { at: reached.map(([at]) => at), values: reached.map(([, value]) => value), between }
}

const placeOf = (at: number | 'end') => (at === 'end' ? Number.POSITIVE_INFINITY : at)

const EXAMPLE = (name: string) =>
  `A number that changes is written by the steps done when each value comes: ${name}: { 0: 0.7, 800: 0.5 }, with between: linear on the way, and end for the last step.`

/** Takes the numbers that change out of a node's parameters: their first values stand in their places. */
export function withoutChanges(
  tree: Branch,
  stage: Stage,
  path: Path,
  problems: Problem[],
): { tree: Branch; changes: Record<string, Changing> } {
  const changes: Record<string, Changing> = {}
  let left = tree
  for (const name of (stage.runsIn === 'tensor' && stage.changes) || []) {
    const steps = name.split('.')
    const schema = schemaAt(stage.parameters, steps, plain(tree))
    const of = { owner: stage.name, name, path: [...path, ...steps] }
    if (schema) left = replaced(left, steps, value => first(value, { ...of, schema }))
  }
  return { tree: left, changes }

  function first(value: Tree, of: ChangingOf): Tree {
    if (value.kind !== 'map') return value
    const changing = readChanging(value, of, problems)
    if (changing) changes[of.name] = changing
    // what is wrong with it has been told
    return value.entries.get('0')?.value ?? value.entries.values().next().value?.value ?? value
  }
}

/** The map with what stands at a path changed, if something does. */
function replaced(tree: Branch, [step, ...rest]: readonly string[], change: (value: Tree) => Tree): Branch {
  const entry = tree.entries.get(step!)
  if (!entry) return tree
  const inner = entry.value
  const value = rest.length === 0 ? change(inner) : inner.kind === 'map' ? replaced(inner, rest, change) : inner
  return { ...tree, entries: new Map(tree.entries).set(step!, { ...entry, value }) }
}
