/** What a run's checkpoint says, beside its weights: all that is needed to go on, or to embed. */
import { hash } from 'node:crypto'
import { CHECKPOINT_FORMAT, type Description, writeDescription } from '../../engine/checkpoints/description.js'
import { jsonFile } from '../../engine/checkpoints/files.js'
import { demandWhole, locateCheckpoint } from '../../engine/checkpoints/find.js'
import type { CheckedGraph } from '../../graphs/language/checked.js'
import type { ReadoutSettings } from '../../graphs/readout/settings.js'
import type { Cursor } from '../../graphs/streams/sub-batches.js'
import type { Statistics } from '../../stages/values.js'
import type { TrainSettings } from '../configuration/sections.js'

export interface Checkpoint extends Description {
  graph: CheckedGraph
  graphHash: string
  train: TrainSettings
  /** By node: what `normalise` subtracts and divides by. */
  statistics: Record<string, Statistics>
  /** Where the stream goes on: after the last clip that was trained on. */
  cursor: Cursor
  /** Bytes of each growing file of the run at this step. */
  lengths: Record<string, number>
  /** Of the clips it was trained on. */
  data?: { clips: number; list: string; sounds: string }
  /** What the last bits depend on: instruction sets, variables of the environment. */
  machine?: Record<string, string>
  versions: Record<string, string>
  /** How embeddings are read out of the encoder; its own ones if absent. */
  readout?: ReadoutSettings
  /** What whoever uses the embeddings has to know: of imported weights. */
  note?: string
}

export interface FoundCheckpoint {
  checkpoint: Checkpoint
  /** The safetensors file. */
  tensors: string
  /** The run folder it lies in. */
  run: string
}

/** Short name of a graph's content: equal graphs have equal hashes. */
export function hashGraph(graph: CheckedGraph): string {
  return hash('sha256', JSON.stringify(graph.nodes)).slice(0, 16)
}

/** After its weights: from then on the checkpoint exists. */
export function writeCheckpoint(folder: string, checkpoint: Omit<Checkpoint, 'format'>): void {
  writeDescription(jsonFile(folder, checkpoint.step), { ...checkpoint, format: CHECKPOINT_FORMAT })
}

/**
 * The checkpoint that a name stands for, as `locateCheckpoint` takes it; its files are whole and belong together.
 *
 * @throws Problem `no-checkpoint`, `bad-checkpoint`
 */
export function findCheckpoint(named: string): FoundCheckpoint {
  const found = locateCheckpoint(named)
  demandWhole(found)
  const { file, hash, step, run, description } = found
  return { checkpoint: { ...(description as Checkpoint), step, sha256: hash }, tensors: file, run }
}
