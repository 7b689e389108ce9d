/** A graph that has passed every check: plain data, in an order in which it can be run. */
import type { Lane, Port } from '../../stages/ports.js'

export interface Input {
  /** Id of the node it comes from. */
  node: string
  /** One side of a pair (`near.a`); the whole output if absent. */
  lane?: Lane
  /** Read by clip through the feature cache instead of following the stream. */
  bank: boolean
  /** What arrives, before lifting. */
  port: Port
}

export interface CheckedNode {
  id: string
  stage: string
  place: 'source' | 'item' | 'batch' | 'tensor'
  /** Every parameter, defaults filled in, units turned into seconds, hertz, ... */
  parameters: Record<string, unknown>
  inputs: Record<string, Input>
  /** Runs once a lane of the pair that arrives. */
  lifted: boolean
  draws: 'separate' | 'shared'
  /** Runs all lanes in one forward pass instead of lane by lane (tensor stages). */
  joint: boolean
  /** What leaves, after lifting. */
  out: Port
}

export interface CheckedGraph {
  /** Every node after all that it reads. */
  nodes: CheckedNode[]
}
