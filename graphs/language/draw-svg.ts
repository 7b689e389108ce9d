/** A graph as SVG, laid out by Graphviz (in WebAssembly, loaded only here). */
import { describePort } from '../../stages/ports.js'
import type { CheckedGraph, CheckedNode, Input } from './checked.js'

/** The one kind of font whose widths Graphviz and every viewer agree on. */
const FONT = 'fontname="Courier"'
/** Fill colours by where a node runs; text on them stays dark. */
const FILLS = { source: '#e8e8e8', item: '#dcebf7', batch: '#f7efd2', tensor: '#dff0dc' }
const LOSS = '#f6dcdc'

/** An SVG document: a box a node, what flows between them on the edges, banks dashed. */
export async function drawSvg(graph: CheckedGraph, title: string): Promise<string> {
  const { instance } = await import('@viz-js/viz')
  const svg = (await instance()).renderString(dot(graph, title), { format: 'svg' })
  return svg.slice(svg.indexOf('<svg')).replaceAll('"Courier"', '"Courier, monospace"')
}

/** The same in Graphviz's own language. */
export function dot({ nodes }: CheckedGraph, title: string): string {
  return [
    `digraph ${quoted(title)} {`,
    '  graph [rankdir=TB, nodesep=0.5, ranksep=0.35, bgcolor=white, pad=0.3]',
    `  node [shape=box, style="rounded,filled", color="#8a8a8a", ${FONT}, fontsize=12, margin="0.15,0.06"]`,
    `  edge [color="#606060", ${FONT}, fontsize=9, fontcolor="#404040", arrowsize=0.6]`,
    ...nodes.map(box),
    ...nodes.flatMap(node => Object.entries(node.inputs).map(([port, input]) => edge(node, port, input))),
    '}',
  ].join('\n')
}

function box(node: CheckedNode): string {
  const { id, stage, lifted, draws, joint } = node
  const remarks = [
    lifted ? (joint ? 'lanes jointly' : 'each lane') : '',
    draws === 'shared' ? 'shared draws' : '',
  ].filter(Boolean)
  const second = [stage, ...remarks].join(', ')
  const label = `<<b>${escaped(id)}</b><br/><font point-size="9">${escaped(second)}</font>>`
  const fill = node.out.kind === 'loss' ? LOSS : FILLS[node.place]
  return `  ${quoted(id)} [label=${label}, fillcolor="${fill}"]`
}

function edge({ id, inputs }: CheckedNode, name: string, { node, lane, bank, port }: Input): string {
  const words = [
    bank || name !== Object.keys(inputs)[0] ? `${name}: ` : '',
    lane ? `.${lane} ` : '',
    describePort(port),
  ].join('')
  const look = bank ? ', style=dashed, weight=0' : ', weight=9'
  return `  ${quoted(node)} -> ${quoted(id)} [label=${quoted(`  ${words}  `)}${look}]`
}

const quoted = (text: string) => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
