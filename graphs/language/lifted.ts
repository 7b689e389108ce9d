/** How a node's inputs meet its stage: what the stage sees of each, and which of them it takes lane by lane. */
import type { Stage } from '../../stages/contract.js'
import type { Port } from '../../stages/ports.js'
import type { CheckedNode, Input } from './checked.js'
import { fitOf, laneOf, lanesOf, seenOf } from './lift.js'

export interface LiftedNode {
  inputs: { name: string; input: Input; lifted: boolean }[]
  /** As the stage sees them: of one lane where it is lifted. */
  ports: Record<string, Port> & { out: Port }
  /** The port whose lanes the stage goes over, and their names; absent if it runs once. */
  over?: { port: Port; lanes: readonly string[] }
}

export function liftedNode(node: CheckedNode, stage: Stage): LiftedNode {
  const ports: LiftedNode['ports'] = { out: (node.lifted && laneOf(node.out)) || node.out }
  const inputs = Object.entries(node.inputs).map(([name, input]) => {
    const { accepts } = stage.in[name]!
    ports[name] = seenOf(input.port, accepts)
    return { name, input, lifted: node.lifted && !input.bank && fitOf(input.port, accepts) === 'lifted' }
  })
  const port = inputs.find(({ lifted }) => lifted)?.input.port
  return { inputs, ports, ...(port && { over: { port, lanes: lanesOf(port) } }) }
}
