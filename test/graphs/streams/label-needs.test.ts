import test from 'ava'
import type { Problem, Problems } from '../../../data/problem.js'
import { checkLabels } from '../../../graphs/streams/label-needs.js'
import { loadStages } from '../../../stages/registry.js'
import type { Clip } from '../../../stages/values.js'
import { node } from './fake-graphs.js'

const stages = await loadStages()

const clipsOf = (...labels: Record<string, string>[]): { clips: Clip[]; columns: string[] } => ({
  clips: labels.map((labels, i) => ({ id: `${i}`, path: `/${i}.wav`, labels })),
  columns: [...new Set(labels.flatMap(Object.keys))],
})
const CLIPS = clipsOf({ kind: 'dog; cat', stems: 'a;b' }, { kind: 'owl' }, { kind: 'cat' }, { group: 'g' })

const needing = (stage: string, parameters: Record<string, unknown>, place: 'item' | 'source' = 'item') => ({
  nodes: [node('one', stage, place, { parameters })],
})

function problems(graph: ReturnType<typeof needing>): readonly Problem[] {
  try {
    checkLabels(graph, stages, CLIPS)
  } catch (error) {
    return (error as Problems).problems
  }
  return []
}

const MISSING = [
  needing('label', { column: 'kinds', classes: ['dog', 'cat'] }),
  needing('label', { column: 'kind', classes: ['owl', 'cat'], missing: 'overlooked' }),
  needing('clips', { draw: 'class' }, 'source'),
  needing('scene', { together: { column: 'label', share: 1 } }),
  needing('scene', { 'bed-where': { column: 'bed', values: ['yes'] } }),
  needing('stems', { column: 'parts' }),
]
for (const graph of MISSING) {
  const [{ stage, parameters }] = graph.nodes as [(typeof graph.nodes)[number]]
  test(`${stage} ${JSON.stringify(parameters)}: a column that is not there is told before any sound is read`, t => {
    const [problem, ...others] = problems(graph)
    t.deepEqual([problem?.code, others.length], ['no-column', 0])
    t.regex(problem!.message, /^Node 'one' asks for the label column/)
  })
}

test('a misspelt column is guessed', t => t.regex(problems(MISSING[0]!)[0]!.hint ?? '', /Did you mean 'kind'/))

test('classes that no clip has are told, with those there are', t => {
  const [classes] = problems(needing('label', { column: 'kind', classes: ['tom', 'kick'] }))
  t.is(classes?.code, 'no-value')
  t.regex(classes?.hint ?? '', /The column has: cat, dog; cat, owl\. .*separator/)
  t.is(problems(needing('scene', { 'bed-where': { column: 'kind', values: ['rain'] } }))[0]?.code, 'no-value')
})

test('clips and classes that are left out are said, and no problem', t => {
  t.deepEqual(checkLabels(needing('label', { column: 'kind', classes: ['cat', 'cow'] }), stages, CLIPS), [
    "3 of 4 clips have no value of 'kind' that node 'one' knows; they are left out.",
    "No clip has cow in 'kind' (node 'one').",
  ])
  const several = needing('label', { column: 'kind', classes: ['cat', 'dog', 'owl'], separator: ';' })
  t.deepEqual(checkLabels(several, stages, clipsOf({ kind: 'dog; cat' }, { kind: 'owl' })), [])
})

test('what is asked for and there, or not asked for, is no problem', t => {
  t.deepEqual(problems(needing('clips', { draw: 'clip' }, 'source')), [])
  t.deepEqual(problems(needing('clips', { draw: 'class', column: 'kind' }, 'source')), [])
  t.deepEqual(problems(needing('scene', { 'bed-where': { column: 'kind', values: ['owl'] } })), [])
  t.deepEqual(problems(needing('stems', { column: 'stems' })), [])
})
