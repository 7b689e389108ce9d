/** What TensorFlow's thread is told at its start, and what it reports of a step. */
import type { Precision } from '../../engine/engine.js'
import type { CheckedGraph } from '../../graphs/language/checked.js'
import type { TrainSettings } from '../configuration/sections.js'
import type { Spread } from './collapse.js'
import type { News } from './training-step.js'

export interface EncoderSetup {
  graph: CheckedGraph
  seed: number
  threads: number
  precision: Precision
}

export interface TrainerSetup extends EncoderSetup {
  train: TrainSettings
}

export interface StepReport extends News {
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
