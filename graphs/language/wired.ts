/** A node as it is written: its stage found, its wires read, its types not yet inferred. */
import type { Adapters } from '../../engine/adapters.js'
import type { Stage } from '../../stages/contract.js'
import type { Changing } from './changing.js'
import type { Branch, Spot } from './tree.js'
import type { Wire } from './wires.js'

export type Stages = ReadonlyMap<string, Stage>

export interface WiredNode {
  id: string
  /** Where the id stands, and the node's map. */
  key: Spot
  tree: Branch
  /** Absent if it is unknown; then nothing is said of ports and parameters. */
  stage?: Stage
  stageSpot: Spot
  wires: Wire[]
  /** Absent if they are wrong. */
  parameters?: Record<string, unknown>
  draws: 'separate' | 'shared'
  joint: boolean
  /** Numbers that change over training, by parameter, or `weight`. */
  changes: Readonly<Record<string, Changing>>
  /** Of a loss in the sum that is trained. */
  weight: number
  /** All of it, or these layers. */
  frozen: boolean | readonly string[]
  /** Low-rank adapters that learn in place of its weights. */
  adapt?: Adapters
  /** The node whose weights it uses. */
  shares?: string
  /** The node whose weights its own are the moving average of. */
  follows?: string
  /** Checkpoint that its weights start from, and the node there. */
  start?: { run: string; node?: string }
}
