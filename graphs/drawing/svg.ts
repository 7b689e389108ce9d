/** A graph as SVG, laid out by Graphviz (in WebAssembly, loaded only here). */
import type { CheckedGraph, CheckedNode, Input } from '../language/checked.js'
import { type Change, type NodeDiff, summary } from './diff.js'
import { besideEdge, underName } from './remarks.js'

/** The one kind of font whose widths Graphviz and every viewer agree on. */
const FONT = 'fontname="Courier"'
/** Fill colours by where a node runs; text on them stays dark. */
const FILLS = { source: '#e8e8e8', item: '#dcebf7', batch: '#f7efd2', tensor: '#dff0dc' }
const LOSS = '#f6dcdc'
/** A sign beside the name and a border: neither needs colours to be seen. */
const LOOKS: Record<Change, { sign: string; box: string }> = {
  same: { sign: '', box: '' },
  affected: { sign: '', box: '' },
  added: { sign: '+ ', box: ', color="#1b7a34", penwidth=3' },
  removed: { sign: '- ', box: ', color="#b3261e", penwidth=2, style="rounded,filled,dashed", fillcolor="#fbeeee"' },
  changed: { sign: '~ ', box: ', color="#a85b00", penwidth=3' },
}

/** An SVG document: a box a node, what flows between them on the edges, banks dashed. */
export function drawSvg(graph: CheckedGraph, title: string): Promise<string> {
  return laidOut(dot(graph, title))
}

/** The nodes of both graphs; what has changed is marked, and told in the node. */
export function drawDiffSvg(diffs: readonly NodeDiff[], title: string): Promise<string> {
  const boxes = diffs.map(({ node, change, details }) => box(node, LOOKS[change], details))
  const edges = diffs.flatMap(({ node, change }) =>
    Object.entries(node.inputs).map(([port, input]) => edge(node, port, input, change === 'removed')),
  )
  const legend = `  label=${quoted(summary(diffs))}; labelloc=b; ${FONT}; fontsize=11`
  return laidOut(document(title, [...boxes, ...edges, legend]))
}

async function laidOut(source: string): Promise<string> {
  const { instance } = await import('@viz-js/viz')
  const svg = (await instance()).renderString(source, { format: 'svg' })
  return svg.slice(svg.indexOf('<svg')).replaceAll('"Courier"', '"Courier, monospace"')
}

/** The same in Graphviz's own language. */
function dot({ nodes }: CheckedGraph, title: string): string {
  return document(title, [
    ...nodes.map(node => box(node)),
    ...nodes.flatMap(node => Object.entries(node.inputs).map(([port, input]) => edge(node, port, input))),
  ])
}

function document(title: string, lines: readonly string[]): string {
  return [
    `digraph ${quoted(title)} {`,
    '  graph [rankdir=TB, nodesep=0.5, ranksep=0.35, bgcolor=white, pad=0.3]',
    `  node [shape=box, style="rounded,filled", color="#8a8a8a", ${FONT}, fontsize=12, margin="0.15,0.06"]`,
    `  edge [color="#606060", ${FONT}, fontsize=9, fontcolor="#404040", arrowsize=0.6]`,
    ...lines,
    '}',
  ].join('\n')
}

function box(node: CheckedNode, look = LOOKS.same, details: readonly string[] = []): string {
  const { id } = node
  const small = [underName(node), ...details].map(line => `<br/><font point-size="9">${escaped(line)}</font>`)
  const label = `<<b>${escaped(look.sign + id)}</b>${small.join('')}>`
  const fill = node.out.kind === 'loss' ? LOSS : FILLS[node.place]
  return `  ${quoted(id)} [label=${label}, fillcolor="${fill}"${look.box}]`
}

function edge(node: CheckedNode, name: string, input: Input, removed = false): string {
  const label = removed ? '' : `  ${besideEdge(node, name, input)}  `
  const look = input.bank ? ', style=dashed, weight=0' : ', weight=9'
  const gone = ', style=dashed, color="#b3261e", weight=1'
  return `  ${quoted(input.node)} -> ${quoted(node.id)} [label=${quoted(label)}${removed ? gone : look}]`
}

const quoted = (text: string) => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
