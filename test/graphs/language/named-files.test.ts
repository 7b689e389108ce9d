/** Parameters of stages that name files: where they are looked for, and what depends on them. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { z } from 'zod'
import { readGraph } from '../../../graphs/language/read-graph.js'
import { featureKey } from '../../../graphs/streams/features.js'
import { describeStage, waveform } from '../../../stages/contract.js'
import { loadStages } from '../../../stages/registry.js'
import { written } from './written.js'

/** Finds `x` as `x.found` with its first letter as hash, unless it is called missing. */
const reading = describeStage({
  runsIn: 'item',
  name: 'reading',
  summary: '',
  parameters: z.strictObject({ books: z.array(z.string()).default([]), volume: z.number().default(1) }),
  files: {
    books: named =>
      named.endsWith('missing') ? undefined : { file: `${named}.found`, hash: named.replace(/^.*\//, '').charAt(0) },
  },
  cached: true,
  in: { from: waveform },
  out: () => ({ kind: 'recording', rate: 16000 }),
  work: () => () => undefined,
})

const stages = new Map([...(await loadStages()), ['reading', reading]])
const graphOf = async (file: string, set: string[] = []) => {
  const { graph, document, problems } = await readGraph(file, { stages, set })
  const node = graph?.nodes.find(({ id }) => id === 'read')
  return { node: node!, graph: graph!, document: document!, problems }
}

const text = (books: string) => `
nodes:
  clip: { stage: clips }
  wave: { stage: waveform, from: clip }
  read: { stage: reading, from: wave, books: ${books} }
  mel: { stage: log-mel, from: read }
  near: { stage: temporal-proximity, from: mel }
  batch: { stage: batch, from: near, size: 4 }
  encoder: { stage: vgg, from: batch, widths: [4] }
  loss: { stage: nt-xent, from: encoder }
`

test('a name counts from the file in which it stands, or from here if it stands on the command line', async t => {
  const folder = written(t, { 'upper.yaml': 'extends: sub/base.yaml\n' })
  mkdirSync(join(folder, 'sub'))
  writeFileSync(join(folder, 'sub/base.yaml'), text('[alpha, ../beta@3]'))
  const { node, document, problems } = await graphOf(join(folder, 'upper.yaml'))
  t.deepEqual(problems, [])
  t.deepEqual(node.parameters.books, [join(folder, 'sub/alpha.found'), join(folder, 'beta@3.found')])
  t.deepEqual(node.content, { books: ['a', 'b'] })
  const kept = document.resolved.nodes as { read: { books: string[] } }
  t.deepEqual(kept.read.books, [join(folder, 'sub/alpha'), join(folder, 'beta@3')])
  const edited = await graphOf(join(folder, 'upper.yaml'), ['nodes.read.books=[runs/gamma]'])
  t.deepEqual(edited.node.parameters.books, [join(process.cwd(), 'runs/gamma.found')])
})

test('keys of features depend on what is in the files, not on where they lie', async t => {
  const key = async (books: string) => {
    const { graph } = await graphOf(join(written(t, { 'g.yaml': text(books) }), 'g.yaml'))
    return ['read', 'mel'].map(id => featureKey(graph, id, 'ab', {}))
  }
  const [first, moved, other, more] = await Promise.all(['[one/a]', '[two/a]', '[one/b]', '[one/a, one/b]'].map(key))
  t.deepEqual(first, moved)
  t.is(new Set([first, other, more].flat()).size, 6)
})

test('what is not there yet keeps its name: a graph is sound without it', async t => {
  const folder = written(t, { 'g.yaml': text('[missing]') })
  const { node, problems } = await graphOf(join(folder, 'g.yaml'))
  t.deepEqual(problems, [])
  t.deepEqual(node.parameters.books, [join(folder, 'missing')])
  t.deepEqual(node.content, { books: [''] })
})
