/** Numbers that change over training: what their values are, and what a graph says of them. */
import test from 'ava'
import { valueAt } from '../../../graphs/language/changing.js'
import { readGraph } from '../../../graphs/language/read-graph.js'
import { written } from './written.js'

const at = (between: 'hold' | 'linear' | 'cosine', step: number) =>
  valueAt({ at: [0, 10, 'end'], values: [1, 3, 4], between }, step, 21)

test('held until the next comes, in a line, or by half a cosine', t => {
  t.deepEqual(
    [0, 9, 10, 19, 20, 99].map(step => at('hold', step)),
    [1, 1, 3, 3, 4, 4],
  )
  t.deepEqual(
    [0, 5, 10, 15, 20].map(step => at('linear', step)),
    [1, 2, 3, 3.5, 4],
  )
  t.deepEqual(
    [0, 5, 10, 15, 99].map(step => Number(at('cosine', step).toFixed(9))),
    [1, 2, 3, 3.5, 4],
  )
})

const graph = (loss: string) => `
extends: ${process.cwd()}/graphs/supervised-16k.yaml
nodes:
  entropy: { ${loss} }
`

test('the first value stands where the parameter does, the others beside it', async t => {
  const text = graph(
    'stage: l-q, q: { 0: 0.7, 800: 0.5 }, weight: { 0: 0, 100: 1, between: linear }, discard: { percentile: { 800: 93, 0: 100 } }',
  )
  const { graph: checked, problems } = await readGraph(`${written(t, { 'graph.yaml': text })}/graph.yaml`)
  t.deepEqual(problems, [])
  const node = checked!.nodes.find(({ id }) => id === 'entropy')!
  t.like(node.parameters, { q: 0.7, discard: { percentile: 100 } })
  t.is(node.weight, 0)
  t.deepEqual(node.changes, {
    q: { at: [0, 800], values: [0.7, 0.5], between: 'hold' },
    'discard.percentile': { at: [0, 800], values: [100, 93], between: 'hold' },
    weight: { at: [0, 100], values: [0, 1], between: 'linear' },
  })
})

const WRONG: [string, RegExp][] = [
  ['q: { 1: 0.7 }', /The first value of q is that of step 0/],
  ['q: { 0: 0.7, 0.5: 0.6 }', /'0.5' is no number of steps/],
  ['q: { 0: 0.7, 9: 2 }', /q must be/],
  ['q: { 0: 0.7, between: slowly }', /between is hold, linear, cosine, not 'slowly'/],
  ['q: {}', /q has no value/],
  ['weight: { 0: -1 }', /weight must be/],
]

for (const [loss, words] of WRONG)
  test(`refused: ${loss}`, async t => {
    const text = graph(`stage: l-q, ${loss}`)
    const { problems } = await readGraph(`${written(t, { 'graph.yaml': text })}/graph.yaml`)
    t.is(problems.length, 1)
    t.regex(problems[0]!.message, words)
  })
