/** A graph in Mermaid's language, which GitHub, GitLab and many editors draw from a Markdown file. */
import type { CheckedGraph, CheckedNode } from '../language/checked.js'
import { besideEdge, underName } from './remarks.js'

const CLASSES = [
  'classDef source fill:#e8e8e8,stroke:#8a8a8a,color:#1d1d22',
  'classDef item fill:#dcebf7,stroke:#8a8a8a,color:#1d1d22',
  'classDef batch fill:#f7efd2,stroke:#8a8a8a,color:#1d1d22',
  'classDef tensor fill:#dff0dc,stroke:#8a8a8a,color:#1d1d22',
  'classDef loss fill:#f6dcdc,stroke:#8a8a8a,color:#1d1d22',
]

/** A flowchart: a box a node, the port types on the edges, banks dotted. */
export function drawMermaid({ nodes }: CheckedGraph): string {
  const names = new Map(nodes.map(({ id }, at) => [id, `n${at}`]))
  const boxes = nodes.map(node => box(node, names.get(node.id)!))
  const edges = nodes.flatMap(node =>
    Object.entries(node.inputs).map(([port, input]) => {
      const arrow = input.bank ? '-.->' : '-->'
      return `${names.get(input.node)} ${arrow}|"${escaped(besideEdge(node, port, input))}"| ${names.get(node.id)}`
    }),
  )
  return ['flowchart TB', ...[...boxes, ...edges, ...CLASSES].map(line => `  ${line}`)].join('\n')
}

function box(node: CheckedNode, name: string): string {
  const { id, place, out } = node
  return `${name}["<b>${escaped(id)}</b><br/>${escaped(underName(node))}"]:::${out.kind === 'loss' ? 'loss' : place}`
}

/** Mermaid's texts are HTML, and quotes end them. */
const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
