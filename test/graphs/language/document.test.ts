import { resolve } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { z } from 'zod'
import { type Document, type ReadOptions, readDocument, type Sections } from '../../../graphs/language/document.js'
import { fileName } from '../../../graphs/language/files.js'
import { nameOfFile } from '../../../graphs/language/names.js'
import { written } from './written.js'

/** Sections about whose settings nothing is known, but that some name files. */
const named = z.looseObject({ set: fileName('').optional(), manifest: fileName('').optional() }).optional()
const ANY = { train: z.unknown(), evaluate: z.unknown(), data: named }

async function read<S extends Sections>(
  t: ExecutionContext,
  files: Record<string, string>,
  options: ReadOptions<S> = {},
) {
  const sections = options.sections ?? ANY
  const folder = written(t, files)
  const { document, problems } = await readDocument(`${folder}/graph.yaml`, { ...options, sections })
  const resolved = document?.resolved as Record<string, Record<string, unknown>>
  return { folder, document: document as Document<S>, problems, resolved }
}

test('extends merges maps, replaces lists, and null removes', async t => {
  const { resolved, problems } = await read(t, {
    'base.yaml': 'train: { steps: 10, list: [1, 2], gone: 3, deep: { a: 1, b: 2 } }',
    'graph.yaml': 'extends: base.yaml\ntrain: { steps: 20, list: [3], gone: null, deep: { b: 3 } }',
  })
  t.deepEqual(problems, [])
  t.deepEqual(resolved, { train: { steps: 20, list: [3], deep: { a: 1, b: 3 } } })
})

test('of several files the last wins, and each may extend others', async t => {
  const { resolved, document } = await read(t, {
    'one.yaml': 'train: { a: 1, b: 1, c: 1 }',
    'two.yaml': 'extends: one.yaml\ntrain: { b: 2 }',
    'three.yaml': 'train: { c: 3 }',
    'graph.yaml': 'extends: [two.yaml, three.yaml]',
  })
  t.deepEqual(resolved.train, { a: 1, b: 2, c: 3 })
  t.is(document.files.length, 4)
})

test('a reference and nothing else keeps its type; inside text it becomes text', async t => {
  const { resolved } = await read(t, {
    'graph.yaml': `train: { steps: 10, list: [1, 2] }
evaluate: { steps: "\${train.steps}", list: "\${train.list}", text: "n=\${train.steps}", second: "\${train.list.1}", plain: "$\${train.steps}" }`,
  })
  t.deepEqual(resolved.evaluate, { steps: 10, list: [1, 2], text: 'n=10', second: 2, plain: `$\{train.steps}` })
})

test('a reference sees what --set and extends made of its target', async t => {
  const { resolved } = await read(
    t,
    { 'base.yaml': `train: { steps: 10 }\nevaluate: { every: "\${train.steps}" }`, 'graph.yaml': 'extends: base.yaml' },
    { set: ['train.steps=30'] },
  )
  t.is(resolved.evaluate!.every, 30)
})

test('the environment is read with its type, else the default', async t => {
  const { resolved } = await read(
    t,
    { 'graph.yaml': `train: { a: "\${env:A}", b: "\${env:B,0.5}", c: "\${env:C,}", d: "\${env:D,x,y}" }` },
    { environment: { A: '12' } },
  )
  t.deepEqual(resolved.train, { a: 12, b: 0.5, c: '', d: 'x,y' })
})

test('--set reads YAML and makes maps on the way', async t => {
  const { resolved, problems } = await read(
    t,
    { 'graph.yaml': 'train: { steps: 10, gone: 1 }' },
    { set: ['train.steps=20', 'evaluate.k=[1, 2]', 'train.text="a=b"', 'train.gone=null'] },
  )
  t.deepEqual(problems, [])
  t.deepEqual(resolved, { train: { steps: 20, text: 'a=b' }, evaluate: { k: [1, 2] } })
})

test('files of data are found from the file that names them, on the command line from here', async t => {
  const files = { 'graph.yaml': 'data: { set: sounds, manifest: /there/x.csv }' }
  const { folder, resolved } = await read(t, files)
  t.deepEqual(resolved.data, { set: resolve(folder, 'sounds'), manifest: '/there/x.csv' })
  t.is((await read(t, files, { set: ['data.set=mine'] })).resolved.data!.set, resolve('mine'))
})

test('sections are checked, defaults filled in; an absent one takes its default if it has one', async t => {
  const sections = {
    train: z.strictObject({ steps: z.int(), seed: z.int().default(7) }).optional(),
    streams: z.strictObject({ workers: z.int().default(1) }).prefault({}),
    data: z.strictObject({ set: z.string() }),
  }
  const { document, problems } = await read(t, { 'graph.yaml': 'train: { steps: 3 }' }, { sections })
  t.deepEqual(problems, [])
  t.deepEqual(document.sections.train, { steps: 3, seed: 7 })
  t.deepEqual(document.sections.streams, { workers: 1 })
  t.is(document.sections.data, undefined)
})

test('every value knows the place that wrote it', async t => {
  const { folder, document } = await read(
    t,
    {
      'base.yaml': 'train:\n  steps: 10\n  seed: 1\n',
      'graph.yaml': 'extends: base.yaml\nname: run\ntrain:\n  seed: 2\n',
    },
    { set: ['train.threads=4'] },
  )
  t.deepEqual(document.explain(), [
    { path: 'train.steps', value: 10, origin: `${folder}/base.yaml:2` },
    { path: 'train.seed', value: 2, origin: `${folder}/graph.yaml:4` },
    { path: 'train.threads', value: 4, origin: '--set train.threads=4' },
    { path: 'name', value: 'run', origin: `${folder}/graph.yaml:2` },
  ])
  t.is(document.name, 'run')
})

test('a file that is not there is one problem', async t => {
  const { document, problems } = await readDocument('test/fixtures/broken-graphs/unknown-node/grap.yaml')
  t.is(document, undefined)
  t.deepEqual(
    problems.map(({ code, hint }) => [code, hint]),
    [['missing-file', 'Did you mean test/fixtures/broken-graphs/unknown-node/graph.yaml?']],
  )
})

const HOSTILE = {
  'large scalar': `a: ${'x'.repeat(2_000_000)}`,
  'deep flow': `a: ${'['.repeat(400_000)}`,
  'deep maps': Array.from({ length: 900 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
  'deep block': `${'- '.repeat(4000)}x`,
}
for (const [name, text] of Object.entries(HOSTILE)) {
  test(`hostile: ${name} gets one short refusal`, async t => {
    const { document, problems } = await read(t, { 'graph.yaml': text })
    t.falsy(document)
    t.is(problems.length, 1)
    t.true(problems[0]!.message.length < 200)
  })
}

test('two files on one base: the second does not bring back what the first changed or took away', async t => {
  const files = {
    'a.yaml': 'train: { x: 1, y: 1, gone: 1, both: 1, list: [1] }',
    'b.yaml': 'extends: a.yaml\ntrain: { x: 2, gone: null, both: null, list: [2] }',
    'c.yaml': 'extends: a.yaml\ntrain: { y: 3, both: null }',
  }
  const { resolved, problems } = await read(t, { ...files, 'graph.yaml': 'extends: [b.yaml, c.yaml]' })
  t.deepEqual(problems, [])
  t.deepEqual(resolved.train, { x: 2, y: 3, list: [2] })
  const { resolved: turned } = await read(t, { ...files, 'graph.yaml': 'extends: [c.yaml, b.yaml, a.yaml]' })
  t.deepEqual(turned.train, { x: 2, y: 3, list: [2] })
})

test('an empty value of --set is a variable of the shell that is not set, not a wish to remove', async t => {
  for (const set of ['train.from=', 'train.from=  ']) {
    const { problems, resolved } = await read(t, { 'graph.yaml': 'train: { from: run }' }, { set: [set] })
    t.deepEqual(
      problems.map(({ code, message }) => [code, message]),
      [['bad-set', "There is nothing after '='. null takes a value away: --set train.from=null."]],
    )
    t.true('from' in resolved.train!)
  }
})

test('a name can name a folder, and no other folder than its own', async t => {
  for (const name of ['a/../../b', '..', '.hidden', '-x', '"a b"', '7', '""']) {
    const { problems, document } = await read(t, { 'graph.yaml': `name: ${name}\n` })
    t.is(problems[0]!.message, 'name is a name of letters, digits, dots, _ and -: it names a folder.', name)
    t.is(document.name, 'graph')
  }
  for (const name of ['vögel-2.1_b', '2024']) {
    const { problems, document } = await read(t, { 'graph.yaml': `name: "${name}"\n` })
    t.deepEqual([problems, document.name], [[], name])
  }
  t.is(nameOfFile('/there/my graph.yaml'), 'my-graph')
  t.is(nameOfFile('...yaml'), 'unnamed')
})
