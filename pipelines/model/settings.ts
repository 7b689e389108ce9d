/** What the trainer's thread is told at its start, and the messages it exchanges with the main thread. */
import type { Precision } from '../../engine/engine.js'
import type { CheckedGraph } from '../../graphs/language/checked.js'
import type { BatchValues } from '../../graphs/streams/layout.js'
import type { TrainSettings } from '../configuration/config.js'
import type { Spread } from './collapse.js'
import type { Neighbourhood } from './neighbours.js'

export interface TrainerSetup {
  graph: CheckedGraph
  seed: number
  threads: number
  precision: Precision
  /** Absent in a thread that only encodes. */
  train?: TrainSettings
}

export interface StepReport {
  step: number
  /** Of each loss node. */
  losses: Record<string, number>
  loss: number
  learningRate: number
  /** Only when the step is logged. */
  health?: Health
  /** Seconds the step took, and seconds the thread had waited for its batch. */
  seconds: number
  waited: number
  tensors: number
}

export interface Health extends Partial<HeadGradients> {
  /** L2 norm of all gradients together. */
  gradientNorm: number
  /** By encoder and head; absent where nothing gives embeddings. */
  collapse?: Record<string, Spread>
}

/** Where a graph has several losses: what each does to the encoders' weights. */
export interface HeadGradients {
  /** L2 norm of each weighted loss's gradient, by node. */
  headGradientNorm: Record<string, number>
  /** Between the gradients of each two losses. */
  headGradientCosine: { heads: [string, string]; cosine: number }[]
}

/** What the main thread asks; each is answered in order. */
export type Request =
  | { kind: 'step'; values: BatchValues; step: number; logged: boolean }
  /** Forward in training mode without learning: sets the running statistics of batch normalisation. */
  | { kind: 'calibrate'; values: BatchValues }
  | { kind: 'encode'; node: string; patches: Float32Array; count: number; layer: string | undefined }
  /** Names and widths of an encoder's layers. */
  | { kind: 'layers'; node: string }
  | ({ kind: 'neighbours' } & Neighbourhood)
  /** What a tensor node makes of a batch, in training mode, without learning. */
  | { kind: 'look'; node: string; values: BatchValues }
  | { kind: 'save'; file: string }
  | { kind: 'load'; file: string; optimiser: boolean }
  /** Loads the nodes whose weights fit; `checkpoint` is its name in messages. */
  | { kind: 'take'; file: string; checkpoint: string }
  | { kind: 'close' }

export type Reply = { result: unknown } | { problem: { code: string; message: string; hint?: string | undefined } }
