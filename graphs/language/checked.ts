/** A graph that has passed every check: plain data, in an order in which it can be run. */
import type { Adapters } from '../../engine/adapters.js'
import type { Port } from '../../stages/ports.js'

/** A number that changes over training. */
export interface Changing {
  /** Steps done when each value is reached, ascending from 0; `end` is the last step of training. */
  at: (number | 'end')[]
  values: number[]
  /** From one value to the next: held until it comes, in a line, or by half a cosine. */
  between: 'hold' | 'linear' | 'cosine'
}

export interface Input {
  /** Id of the node it comes from. */
  node: string
  /** One side of a pair (`near.a`) or one channel (`parts.2`); the whole output if absent. */
  lane?: string
  /** Read by clip through the feature cache instead of following the stream. */
  bank: boolean
  /** What arrives, before lifting. */
  port: Port
  /** Of what the node gives, which is longer, a piece as `port` says is cut where the item starts, from this band on. */
  cut?: { band: number }
}

export interface CheckedNode {
  id: string
  stage: string
  place: 'source' | 'item' | 'batch' | 'tensor'
  /** Every parameter, defaults filled in, units turned into seconds, hertz, ... */
  parameters: Record<string, unknown>
  inputs: Record<string, Input>
  /** Runs once a lane of the pair or the channels that arrive. */
  lifted: boolean
  draws: 'separate' | 'shared'
  /** Runs all lanes in one forward pass instead of lane by lane (tensor stages). */
  joint: boolean
  /** How much a loss counts in the sum that is trained; 1 if absent. */
  weight?: number
  /** Its weights, or those of these layers, stay as they are: no gradient, batch norm in evaluation mode. */
  frozen?: true | readonly string[]
  /** Its weights stay as they are, batch norm in evaluation mode; low-rank adapters of them learn. */
  adapt?: Adapters
  /** Id of the node whose weights it uses. */
  shares?: string
  /** Id of the node whose weights its own are the moving average of; `changes.momentum` says how slowly. */
  follows?: string
  /** Checkpoint that its weights start from, and the node there, if its id is another; sha256 of the tensors, or nothing. */
  weights?: { run: string; node?: string; hash: string }
  /** Numbers that change over training, by parameter (`q`, `discard.percentile`) or `weight`; elsewhere stands the first. */
  changes?: Readonly<Record<string, Changing>>
  /** Hash of the file that a stage from outside Earshot comes from. */
  code?: string
  /** By parameter: hashes of the files that it names. Keys of the feature cache depend on them in place of the names. */
  content?: Record<string, readonly string[]>
  /** What leaves, after lifting. */
  out: Port
}

export interface CheckedGraph {
  /** Every node after all that it reads. */
  nodes: CheckedNode[]
  /** Absolute paths of files with stages from outside Earshot (`stages:`); each thread loads them, which runs their code. */
  stageFiles?: string[]
}
