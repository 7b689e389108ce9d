/** `--swap NODE=stage{parameter: value}`: another stage at a node's place. */

import { suggestion } from '../../data/nearest-name.js'
import { Problem } from '../../data/problem.js'
import type { Stage } from '../../stages/contract.js'
import { firstStreamInput, stageOf } from './node-references.js'
import { moved } from './overrides.js'
import { parseYaml } from './read-yaml.js'
import { type Branch, type Entry, plain, type Spot } from './tree.js'
import type { Stages } from './wired.js'
import { RESERVED } from './wiring.js'

/**
 * The nodes with another stage at one of them. Its id, its words of the language (`draws`, `weight`, ...) and what it
 * reads at ports that the new stage has stay; a parameter stays if the new stage has one of that name which takes that
 * value. All else is the new stage's default, or stands in the braces.
 *
 * @param text `companding{factor: [0.5, 1]}`
 */
export function swapNode(
  id: string,
  text: string,
  nodes: Branch,
  stages: Stages,
  spot: Spot,
  problems: Problem[],
): Branch {
  const refuse = (code: string, message: string) => {
    problems.push(new Problem(code, message, { place: { ...spot, path: `nodes.${id}` } }))
    return nodes
  }
  const [, name, braces] = /^([^{\s]+)\s*(\{[\s\S]*\})?$/.exec(text) ?? []
  if (name === undefined)
    return refuse(
      'bad-swap',
      `After '=' comes a stage, and its parameters in { } if it needs any: --swap ${id}=companding{factor: [0.5, 1]}.`,
    )
  const stage = stages.get(name)
  if (!stage)
    return refuse('unknown-stage', `There is no stage '${name}'. ${suggestion(name, stages.keys(), 0)}`.trimEnd())
  const given = braces === undefined ? undefined : parseYaml(braces, spot.file)
  if (given && (given.problems.length > 0 || given.tree?.kind !== 'map'))
    return refuse(
      'bad-swap',
      `What stands in { } is read as YAML, and this is not: ${given.problems[0]?.message ?? 'no map'}`,
    )
  const entry = nodes.entries.get(id)!
  const old: Branch = entry.value.kind === 'map' ? entry.value : { kind: 'map', spot, entries: new Map() }
  const entries = new Map<string, Entry>([['stage', { key: spot, value: { kind: 'leaf', spot, value: name } }]])
  for (const [key, kept] of keptOf(old, stageOf(old, nodes, stages), stage)) entries.set(key, kept)
  if (given?.tree?.kind === 'map')
    for (const [key, { value }] of given.tree.entries) entries.set(key, { key: spot, value: moved(value, spot) })
  const node: Branch = { kind: 'map', spot: old.spot, entries }
  return { ...nodes, entries: new Map(nodes.entries).set(id, { ...entry, value: node }) }
}

function keptOf(old: Branch, before: Stage | undefined, stage: Stage): Map<string, Entry> {
  const kept = new Map<string, Entry>()
  const ports = Object.entries(stage.in)
  for (const [name, entry] of old.entries) {
    const parameter = stage.parameters.shape[name]
    const word = RESERVED.includes(name) && !['stage', 'from', 'shares', 'follows', 'momentum'].includes(name)
    const port = name !== 'from' && ports.some(([port]) => port === name)
    if (word || port || (parameter && fits(entry, parameter))) kept.set(name, entry)
  }
  const input = firstStreamInput(old, before)
  const first = ports.find(([, { bank }]) => !bank)?.[0]
  const from = old.entries.get('from')
  if (ports.length > 1 && from?.value.kind === 'list')
    kept.set('from', { ...from, value: { ...from.value, items: from.value.items.slice(0, ports.length) } })
  else if (input && first !== undefined && !kept.has(first))
    kept.set(first === ports[0]![0] ? 'from' : first, { key: from?.key ?? input.spot, value: input })
  return kept
}

/** References are replaced later; what they give is for the checker. */
function fits({ value }: Entry, parameter: { safeParse(value: unknown): { success: boolean } }): boolean {
  return JSON.stringify(plain(value)).includes('${') || parameter.safeParse(plain(value)).success
}
