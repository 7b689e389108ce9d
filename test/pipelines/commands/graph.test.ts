import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { diffGraphs, drawDiffText } from '../../../graphs/drawing/diff.js'
import { drawMermaid } from '../../../graphs/drawing/mermaid.js'
import { drawDiffSvg, drawSvg } from '../../../graphs/drawing/svg.js'
import { drawText } from '../../../graphs/drawing/text.js'
import type { CheckedGraph, CheckedNode } from '../../../graphs/language/checked.js'
import { readGraph } from '../../../graphs/language/read-graph.js'
import { earshot } from '../../earshot.js'

const RECIPE = 'graphs/contrastive-16k.yaml'

test('as text: a line a node, in order, with what leaves it', async t => {
  const { code, out } = await earshot(['graph', RECIPE])
  t.is(code, 0)
  const lines = out.split('\n')
  t.regex(lines[0]!, /^● +clip +clips +clip$/)
  t.regex(lines[4]!, /^├┄● +mixed +mix-back +pair<patch\[96 x 64\]@16000\/160> +backgrounds: mel \(bank\)$/)
  t.regex(lines[13]!, /similarity +nt-xent +loss$/)
})

test('as SVG: all nodes, port types on the edges, banks dashed', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'earshot-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'graph.svg')
  t.is((await earshot(['graph', RECIPE, '--svg', file])).code, 0)
  const svg = readFileSync(file, 'utf8')
  t.true(svg.startsWith('<svg'))
  for (const text of [
    'similarity',
    'waveform@16000',
    'batch[128]&lt;pair&lt;embedding[128]&gt;&gt;',
    'stroke-dasharray',
  ]) {
    t.true(svg.includes(text), text)
  }
})

test('a file that cannot be written is one sentence', async t => {
  const { code, error } = await earshot(['graph', RECIPE, '--svg', '/no/such/folder/graph.svg'])
  t.is(code, 1)
  t.regex(error, /no\/such\/folder cannot be written: there is no such/)
  t.false(error.includes('    at '))
})

test('a broken graph is not drawn', async t => {
  const { code, out, error } = await earshot(['graph', 'test/fixtures/broken-graphs/unknown-node/graph.yaml'])
  t.is(code, 1)
  t.is(out, '')
  t.regex(error, /Did you mean 'mixed'\?/)
})

function node(id: string, ...reads: string[]): CheckedNode {
  const inputs = Object.fromEntries(
    reads.map(read => [read, { node: read, bank: false, port: { kind: 'clip' } as const }]),
  )
  return {
    id,
    stage: 's',
    place: 'item',
    parameters: {},
    inputs,
    lifted: false,
    draws: 'separate',
    joint: false,
    out: { kind: 'clip' },
  }
}

test('rails fork and join', t => {
  const graph: CheckedGraph = {
    nodes: [node('a'), node('b', 'a'), node('c', 'a'), node('d', 'b', 'c'), node('e', 'd')],
  }
  const rails = drawText(graph)
    .split('\n')
    .map(line => line.slice(0, 6).trimEnd())
  t.deepEqual(rails, ['●    a', '├─●  b', '● │  c', '╰─●  d', '  ●  e'])
})

test('on 80 columns no line is wider, nothing is lost, and rails run on', async t => {
  const { graph } = await readGraph(RECIPE)
  const lines = drawText(graph!, 80).split('\n')
  t.true(lines.every(line => line.length <= 80))
  const mixed = lines.findIndex(line => line.includes('mix-back'))
  t.regex(lines[mixed]!, /^├┄● {2}mixed +mix-back +pair<patch\[96 x 64\]@16000\/160>$/)
  t.regex(lines[mixed + 1]!, /^│ │ +backgrounds: mel \(bank\)$/)
  const words = (text: string) =>
    text
      .replaceAll(/[●│├╰─┄]/g, ' ')
      .split(/\s+/)
      .filter(Boolean)
      .sort()
  t.deepEqual(words(lines.join('\n')), words(drawText(graph!)))
})

for (const name of readdirSync('graphs').filter(name => name.endsWith('.yaml')))
  test(`graphs/${name} is drawn as it is now (./earshot graph graphs/*.yaml --svg graphs/)`, async t => {
    const { graph, document } = await readGraph(`graphs/${name}`)
    t.is(await drawSvg(graph!, document!.name), readFileSync(`graphs/${name.replace('.yaml', '.svg')}`, 'utf8'))
  })

test('as Mermaid: boxes, types on the edges, banks dotted, and no sign of HTML in names', async t => {
  const { graph } = await readGraph(RECIPE)
  const lines = drawMermaid(graph!).split('\n')
  t.is(lines[0], 'flowchart TB')
  t.true(lines.includes('  n5["<b>cropped</b><br/>random-resized-crop, each lane"]:::item'))
  t.true(lines.includes('  n3 -->|"pair&lt;patch[96 x 64]@16000/160&gt;"| n4'))
  t.true(lines.includes('  n2 -.->|"backgrounds: logmel[frames x 64]@16000/160"| n4'))
  t.is(drawMermaid({ nodes: [node('<a>"')] }).includes('<a>'), false)
})

test('a difference names what is added, removed and changed, and what follows from it', async t => {
  const { graph: before } = await readGraph(RECIPE)
  const edits = [{ without: 'mixed' }, { set: 'nodes.batch.size=32' }, { swap: 'masked=gaussian-noise' }]
  const { graph: after } = await readGraph(RECIPE, { edits })
  const diffs = diffGraphs(before!, after!)
  const of = (id: string) => diffs.find(({ node }) => node.id === id)!
  t.like(of('mixed'), { change: 'removed' })
  t.like(of('cropped'), { change: 'changed', details: ['from: mixed -> near'] })
  t.deepEqual(of('batch').details, ['size: 128 -> 32', 'gave batch[128]<pair<patch[96 x 64]@16000/160>>'])
  t.like(of('encoder'), { change: 'affected', details: ['gave batch[128]<pair<embedding[512]>>'] })
  t.deepEqual(of('masked').details, ['stage: spec-augment -> gaussian-noise'])
  t.like(of('wave'), { change: 'same', details: [] })
  t.is(
    diffs.findIndex(({ node }) => node.id === 'mixed'),
    4,
    'where it stood',
  )
  const text = drawDiffText(diffs)
  t.regex(text, /^- mixed +mix-back/m)
  t.regex(text, /^Nodes: 1 removed \(-\), 3 changed \(~\), 2 with other shapes only\.$/m)
  t.regex(drawDiffText(diffGraphs(after!, before!)), /^\+ mixed/m)
  const svg = await drawDiffSvg(diffs, 'diff')
  for (const words of ['- mixed', '~ cropped', 'size: 128 &#45;&gt; 32', '1 removed'])
    t.true(svg.includes(words), words)
  t.regex(drawDiffText(diffGraphs(before!, before!)), /^No difference\.$/m)
})

test('two files, or one and an edit, can be compared; nothing else', async t => {
  t.regex((await earshot(['graph', RECIPE, 'configs/quickstart.yaml', '--diff'])).out, /size: 128 -> 64/)
  t.regex((await earshot(['graph', '--diff', RECIPE, '--without', 'mixed'])).out, /^- mixed/m)
  t.regex((await earshot(['graph', RECIPE, '--diff'])).error, /nothing to compare/)
  t.regex((await earshot(['graph', RECIPE, RECIPE, '--svg', 'one.svg'])).error, /2 drawings do not fit into one\.svg/)
})
