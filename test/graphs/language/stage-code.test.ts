/** The hash of a stage's code: what it imports counts, and nothing else. */
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { readGraph } from '../../../graphs/language/read-graph.js'
import { codeHash } from '../../../graphs/language/stage-code.js'
import { written } from './written.js'

const FILES = {
  'stage.js': "import { half } from './help.js'\nimport z from 'zod'\nexport default half\n",
  'help.js': "const table = new URL('tables/../numbers.json', import.meta.url)\nexport { half } from './more.js'\n",
  'more.js': "import './help.js'\nconst more = require('./old')\nexport const half = x => x / 2\n",
  'old.cjs': 'module.exports = 1\n',
  'beside.js': '',
}

test('what the file imports counts, and what that imports, in a circle as well', t => {
  const folder = written(t, FILES)
  const stage = join(folder, 'stage.js')
  const before = codeHash(stage)
  for (const name of ['help.js', 'more.js', 'old.cjs', 'stage.js']) {
    writeFileSync(join(folder, name), `${FILES[name as keyof typeof FILES]}// changed\n`)
    t.not(codeHash(stage), before, name)
    writeFileSync(join(folder, name), FILES[name as keyof typeof FILES])
  }
  writeFileSync(join(folder, 'beside.js'), 'export default 1\n')
  t.is(codeHash(stage), before)
  t.is(codeHash(join(written(t, FILES), 'stage.js')), before, 'wherever the files lie')
})

test('a table that the file reads counts', t => {
  const folder = written(t, {
    'stage.js': "const table = readFileSync(new URL('./data/table.csv', import.meta.url))\n",
  })
  mkdirSync(join(folder, 'data'))
  const hash = (text: string) => {
    writeFileSync(join(folder, 'data', 'table.csv'), text)
    return codeHash(join(folder, 'stage.js'))
  }
  t.not(hash('1,2'), hash('1,3'))
})

test('a file by itself has the hash of its content', t => {
  const file = join(written(t, { 'stage.js': 'export default 1\n' }), 'stage.js')
  t.is(codeHash(file), createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 16))
})

test('a changed helper changes the node of the graph', async t => {
  const stage = `import { less } from './help.mjs'
export default ({ describeStage, patch, z }) => describeStage({
  name: 'quieter', runsIn: 'item', summary: 'A little less.', parameters: z.strictObject({}),
  in: { from: patch }, out: ({ from }) => from, work: () => ({ from }) => less(from),
})`
  const graph = `nodes:
  clip:  { stage: clips }
  wave:  { stage: waveform, from: clip }
  mel:   { stage: log-mel, from: wave }
  near:  { stage: temporal-proximity, from: mel }
  soft:  { stage: quieter, from: near }
  batch: { stage: batch, from: soft }
  code:  { stage: vgg, from: batch }
  loss:  { stage: nt-xent, from: code }
stages: [./stage.mjs]
`
  const codeOf = async (help: string) => {
    const folder = written(t, { 'stage.mjs': stage, 'help.mjs': help, 'graph.yaml': graph })
    const { graph: checked, problems } = await readGraph(join(folder, 'graph.yaml'))
    t.deepEqual(problems, [])
    return checked!.nodes.find(({ id }) => id === 'soft')!.code
  }
  const half = 'export const less = from => from.map(value => value - 1)'
  t.is(await codeOf(half), await codeOf(half))
  t.not(await codeOf(half), await codeOf(half.replace('1', '2')))
})
