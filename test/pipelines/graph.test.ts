import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import type { CheckedGraph, CheckedNode } from '../../graphs/language/checked.js'
import { drawText } from '../../graphs/language/draw-text.js'
import { verb } from './verb.js'

const RECIPE = 'graphs/contrastive-16k.yaml'

test('as text: a line a node, in order, with what leaves it', t => {
  const { code, out } = verb(['graph', RECIPE])
  t.is(code, 0)
  const lines = out.split('\n')
  t.regex(lines[0]!, /^● +clip +clips +clip$/)
  t.regex(lines[4]!, /^├┄● +mixed +mix-back +pair<patch\[96 x 64\]@16000\/160> +backgrounds: mel \(bank\)$/)
  t.regex(lines[13]!, /similarity +nt-xent +loss$/)
})

test('as SVG: all nodes, port types on the edges, banks dashed', t => {
  const folder = mkdtempSync(join(tmpdir(), 'earshot-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'graph.svg')
  t.is(verb(['graph', RECIPE, '--svg', file]).code, 0)
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

test('a file that cannot be written is one sentence', t => {
  const { code, error } = verb(['graph', RECIPE, '--svg', '/no/such/folder/graph.svg'])
  t.is(code, 1)
  t.regex(error, /graph\.svg cannot be written/)
  t.false(error.includes('    at '))
})

test('a broken graph is not drawn', t => {
  const { code, out, error } = verb(['graph', 'test/fixtures/broken-graphs/unknown-node/graph.yaml'])
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
