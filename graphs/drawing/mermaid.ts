/** A graph in Mermaid's language, which GitHub, GitLab and many editors draw from a Markdown file. */
import { describePort } from '../../stages/ports.js'
import type { CheckedGraph, CheckedNode, Input } from '../language/checked.js'
import { nodeRemarks } from './remarks.js'

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
    Object.entries(node.inputs).map(([port, input], at) => {
      const arrow = input.bank ? '-.->' : '-->'
      return `${names.get(input.node)} ${arrow}|"${edgeLabel(port, input, at === 0)}"| ${names.get(node.id)}`
    }),
  )
  return ['flowchart TB', ...[...boxes, ...edges, ...CLASSES].map(line => `  ${line}`)].join('\n')
}

function box(node: CheckedNode, name: string): string {
  const { id, stage, lifted, place, out } = node
  const second = [stage, ...(lifted && !node.joint ? ['each lane'] : []), ...nodeRemarks(node)].join(', ')
  return `${name}["<b>${escaped(id)}</b><br/>${escaped(second)}"]:::${out.kind === 'loss' ? 'loss' : place}`
}

function edgeLabel(name: string, { lane, bank, port }: Input, first: boolean): string {
  return escaped(`${bank || !first ? `${name}: ` : ''}${lane ? `.${lane} ` : ''}${describePort(port)}`)
}

/** Mermaid's texts are HTML, and quotes end them. */
const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
