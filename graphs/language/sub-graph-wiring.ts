/** What a node that uses a file says of it: `views: { use: two-views.yaml, from: mel, mixed: { share: 0.5 } }`. */

import { suggestion } from '../../data/nearest-name.js'
import type { Problem } from '../../data/problem.js'
import type { Reference } from './node-references.js'
import type { UsedFile, Using } from './sub-graph-file.js'
import { type Branch, type Entry, problemAt } from './tree.js'

export interface Wiring {
  /** The node for each input. */
  given: Map<string, Reference>
  /** Changes to the file's own nodes, by id. */
  overrides: Branch
}

/** Which nodes the inputs of the file are, and what the use changes inside; undefined without some input, which is then told. */
export function wiringOf(
  { id, map }: Using,
  { name, nodes, inputs }: UsedFile,
  problems: Problem[],
): Wiring | undefined {
  const path = ['nodes', id]
  const given = new Map<string, Reference>()
  const overrides: Branch = { kind: 'map', spot: map.spot, entries: new Map() }
  const add = (input: string | undefined, value: Entry['value'], at: (string | number)[]) => {
    if (value.kind !== 'leaf' || typeof value.value !== 'string')
      problems.push(problemAt('bad-reference', value.spot, at, `'${input ?? 'from'}' names a node, such as mel.`))
    else if (input === undefined) {
      const message = `'from' names more nodes than ${name} has inputs${inputs.length > 0 ? `: ${inputs.join(', ')}` : ''}.`
      problems.push(problemAt('too-many-ports', value.spot, at, message))
    } else given.set(input, value as Reference)
  }
  for (const [key, { key: spot, value }] of map.entries) {
    const here = [...path, key]
    if (key === 'use') continue
    if (key === 'from' && value.kind === 'list')
      for (const [at, item] of value.items.entries()) add(inputs[at], item, [...here, at])
    else if (key === 'from') add(inputs[0], value, here)
    else if (inputs.includes(key)) add(key, value, here)
    else if (nodes.entries.has(key)) overrides.entries.set(key, { key: spot, value })
    else {
      const guess = suggestion(key, [...nodes.entries.keys(), ...inputs, 'from', 'use'], 20)
      problems.push(problemAt('bad-use', spot, here, `${name} has no node or input '${key}'. ${guess}`.trimEnd()))
    }
  }
  const missing = inputs.filter(input => !given.has(input))
  if (missing.length > 0) {
    const message = `${name} reads ${missing.map(one => `'${one}'`).join(' and ')}: say which node that is, as in ${missing[0] === inputs[0] ? 'from' : missing[0]}: node.`
    problems.push(problemAt('bad-use', map.entries.get('use')!.value.spot, path, message))
  }
  return missing.length > 0 ? undefined : { given, overrides }
}
