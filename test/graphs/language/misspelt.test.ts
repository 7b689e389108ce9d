/** A slip of the pen in any known name is answered with that name. */

import { nearestName } from '../../../data/nearest-name.js'
import { parametersOf, schemaAt } from '../../../graphs/language/parameters.js'
import { RESERVED } from '../../../graphs/language/wiring.js'
import { sections } from '../../../pipelines/configuration/sections.js'
import { loadStages } from '../../../stages/registry.js'
import { fc, testProp } from '../../properties.js'

const stages = await loadStages()

/** The names among which each name is looked for. */
const groups: string[][] = [
  [...stages.keys()],
  ...[...stages.values()].map(stage => [
    ...parametersOf(stage.parameters).map(({ name }) => name),
    ...Object.keys(stage.in),
    ...RESERVED,
  ]),
  ...Object.values(sections).map(schema => parametersOf(schema).map(({ name }) => name)),
  ...(['optimiser', 'schedule', 'checkpoints'] as const).map(name =>
    parametersOf(schemaAt(sections.train, [name])!).map(({ name }) => name),
  ),
  ['extends', 'name', 'nodes', 'data', 'train', 'streams', 'evaluate', 'stages'],
].map(names => [...new Set(names)])

const LETTERS = 'abcdefghijklmnopqrstuvwxyz-_ABC'

/** One letter put in, left out, exchanged, or swapped with the next. */
function slip(name: string, kind: number, at: number, letter: string): string {
  const place = at % name.length
  if (kind === 0) return name.slice(0, place) + letter + name.slice(place)
  if (kind === 1) return name.slice(0, place) + name.slice(place + 1)
  if (kind === 2) return name.slice(0, place) + letter + name.slice(place + 1)
  return name.slice(0, place) + (name[place + 1] ?? '') + name[place] + name.slice(place + 2)
}

const known = groups.flatMap(names => names.filter(name => name.length > 2).map(name => ({ name, names })))

testProp(
  'one slip in a known name is answered with that name',
  [fc.constantFrom(...known), fc.integer({ min: 0, max: 3 }), fc.nat({ max: 64 }), fc.constantFrom(...LETTERS)],
  (t, { name, names }, kind, at, letter) => {
    const written = slip(name, kind, at, letter)
    if (names.some(other => other === written || (other !== name && oneSlipApart(other, written)))) return t.pass()
    t.is(nearestName(written, names), name, `'${written}' among ${names.join(', ')}`)
  },
  { numRuns: 5000 },
)

/** Then it may be meant just as well. */
function oneSlipApart(other: string, written: string): boolean {
  const lower = written.toLowerCase().replaceAll('_', '-')
  for (let at = 0; at <= other.length; at++) {
    if (slip(other, 1, at, '') === lower || slip(other, 3, at, '') === lower) return true
    for (const letter of lower) {
      if (other.slice(0, at) + letter + other.slice(at) === lower || slip(other, 2, at, letter) === lower) return true
    }
  }
  return false
}
