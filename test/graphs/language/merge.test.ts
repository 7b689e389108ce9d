import { merge } from '../../../graphs/language/merge.js'
import { type Branch, plain, type Tree } from '../../../graphs/language/tree.js'
import { fc, testProp } from '../../properties.js'

const spot = { file: 'x.yaml' }

function treeOf(value: unknown): Tree {
  if (Array.isArray(value)) return { kind: 'list', spot, items: value.map(treeOf) }
  if (value === null || typeof value !== 'object') return { kind: 'leaf', spot, value: value as number | null }
  return {
    kind: 'map',
    spot,
    entries: new Map(Object.entries(value).map(([name, inner]) => [name, { key: spot, value: treeOf(inner) }])),
  }
}

const { map: maps } = fc.letrec<{ map: Record<string, unknown>; value: unknown }>(tie => ({
  map: fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value'), { maxKeys: 3, noNullPrototype: true }),
  value: fc.oneof(
    { maxDepth: 3 },
    fc.integer({ min: 0, max: 9 }),
    fc.constant(null),
    fc.array(fc.integer(), { maxLength: 2 }),
    tie('map'),
  ),
}))
const trees = maps.map(value => treeOf(value) as Branch)
const composed = trees.map(tree => merge(undefined, tree))
const merged = (...parts: Branch[]) => plain(parts.reduce((below, above) => merge(below, above)))

testProp('laying the same document over twice changes nothing', [composed, trees], (t, below, above) => {
  t.deepEqual(merged(below, above, above), merged(below, above))
})

testProp('a document over itself is itself', [composed], (t, tree) => {
  t.deepEqual(merged(tree, tree), plain(tree))
})

const deeper = <Value>(map: fc.Arbitrary<Value>) =>
  fc.option(map, { nil: undefined, maxDepth: 3, depthIdentifier: 'map' }).map(value => value ?? {})

/** Documents of one shape: what is a map in one is a map in all. */
const { map: alike } = fc.letrec<{ map: object }>(tie => ({
  map: fc.record(
    { n: fc.nat(9), list: fc.array(fc.nat(9), { maxLength: 2 }), a: deeper(tie('map')), b: deeper(tie('map')) },
    { requiredKeys: [], noNullPrototype: true },
  ),
}))
const shaped = alike.map(value => treeOf(value) as Branch)

testProp('it does not matter which two of three are laid together first', [shaped, shaped, shaped], (t, a, b, c) => {
  t.deepEqual(plain(merge(merge(a, b), c)), plain(merge(a, merge(b, c))))
})

testProp('no null stays in a map', [trees, trees], (t, below, above) => {
  const free = (value: unknown): boolean =>
    value === null
      ? false
      : typeof value === 'object' && !Array.isArray(value)
        ? Object.values(value as object).every(free)
        : true
  t.true(free(plain(merge(merge(undefined, below), above))))
})

testProp('neither document is changed', [composed, trees], (t, below, above) => {
  const before = [plain(below), plain(above)]
  merge(below, above)
  t.deepEqual([plain(below), plain(above)], before)
})
