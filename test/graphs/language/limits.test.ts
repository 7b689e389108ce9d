/** Graphs far larger than people write: told what is wrong as small ones are, and the stack does not end. */

import test, { type ExecutionContext } from 'ava'
import { z } from 'zod'
import { type ReadOptions, readGraph } from '../../../graphs/language/read-graph.js'
import { SMALL, smallStages } from './small-stages.js'
import { written } from './written.js'

async function read(t: ExecutionContext, text: string, options: ReadOptions = {}) {
  return readGraph(`${written(t, { 'graph.yaml': text })}/graph.yaml`, {
    ...options,
    stages: smallStages,
    sections: { evaluate: z.unknown() },
  })
}

const lines = (count: number, line: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => line(at)).join('')

/** `mel` through many nodes, one after the other. */
const chain = (count: number) =>
  SMALL.replace('two, from: mel', `two, from: s${count - 1}`) +
  lines(count, at => `  s${at}: { stage: flat, from: ${at === 0 ? 'mel' : `s${at - 1}`} }\n`)

test('a circle of 5,000 nodes is one short sentence', async t => {
  const circle = lines(5000, at => `  n${at}: { stage: flat, from: n${(at + 1) % 5000} }\n`)
  const { problems } = await read(t, SMALL + circle)
  t.is(problems.length, 1)
  t.is(problems[0]!.code, 'cycle')
  t.regex(problems[0]!.message, /^Nodes read each other in a circle of 5000: n\d+ -> n\d+ -> n\d+ -> \.\.\. -> n\d+\.$/)
})

test('a chain of 5,000 nodes is a graph like any other', async t => {
  const { graph, problems } = await read(t, chain(5000))
  t.deepEqual(problems, [])
  t.is(graph!.nodes.length, 5007)
})

test('what was made for a removed node alone goes with it, be it 5,000 nodes', async t => {
  const text =
    `${chain(5000)}  other: { stage: two, from: mel }\n  mixed: { stage: mix, from: other, backgrounds: s4999 }\n`
      .replace('two, from: s4999', 'two, from: mel')
      .replace('shape, from: near', 'join, a: mixed.a, b: near.b')
  const { graph, problems } = await read(t, text, { edits: [{ without: 'mixed' }] })
  t.deepEqual(problems, [])
  t.deepEqual(
    graph!.nodes.map(({ id }) => id),
    ['clip', 'mel', 'near', 'other', 'view', 'batch', 'code', 'loss'],
  )
})

test('a chain of 2,000 references is followed to its end; a circle of them is told', async t => {
  const references = (last: string) =>
    `${SMALL.replace('stage: batch,', `stage: batch, size: "\${evaluate.r0}",`)}evaluate:\n${lines(1999, at => `  r${at}: "\${evaluate.r${at + 1}}"\n`)}  r1999: ${last}\n`
  const { graph, problems } = await read(t, references('12'))
  t.deepEqual(problems, [])
  t.is(graph!.nodes.find(({ id }) => id === 'batch')!.parameters.size, 12)
  const { problems: circle } = await read(t, references(`"\${evaluate.r0}"`))
  t.is(circle[0]!.code, 'bad-reference')
  t.regex(
    circle[0]!.message,
    /^References go in a circle of 2000: evaluate\.r\d+ -> evaluate\.r\d+ -> evaluate\.r\d+ -> \.\.\. -> evaluate\.r\d+\.$/,
  )
})

test('2,000 unknown names are told with the nearest names, compared for those alone that are told', async t => {
  const wrong = lines(2000, at => `  node${at}: { stage: flat, from: node${at + 1}x }\n`)
  const { problems } = await read(t, SMALL + wrong)
  t.is(problems.length, 101)
  t.regex(problems[0]!.message, /^There is no node 'node1x'\. Did you mean 'node1'\?$/)
  t.is(problems.at(-1)!.message, 'There are 1900 more problems.')
})

test('2,000 references to nothing, too', async t => {
  const wrong = lines(2000, at => `  node${at}: "\${evaluate.node${at}x}"\n`)
  const { problems } = await read(t, `${SMALL}evaluate:\n${wrong}`)
  t.is(problems.length, 101)
  t.regex(
    problems[0]!.message,
    /'\$\{evaluate\.node0x\}' refers to nothing: 'evaluate' has no 'node0x'\. Did you mean 'node0'\?$/,
  )
})

test('a path of 10,000 steps on the command line is refused', async t => {
  const { problems } = await read(t, SMALL, { set: [`${'a.'.repeat(10_000)}a=1`] })
  t.is(problems.length, 1)
  t.regex(problems[0]!.message, /more than 64 deep/)
})
