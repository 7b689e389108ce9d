/**
 * Earshot from TypeScript and JavaScript: what the command line does, as functions. They print nothing but progress, on
 * stderr; what a person can mend is thrown as a Problem, or as Problems, all of a file at once. Heavy parts, TensorFlow
 * above all, are loaded by the first call that needs them.
 */
import { join } from 'node:path'
import type { z } from 'zod'
import { cacheFolder } from '../data/cache-folder.js'
import { type Problem, Problems } from '../data/problem.js'
import type { CheckedGraph } from '../graphs/language/checked.js'
import { type Edit, readGraph as readDocumentGraph } from '../graphs/language/read-graph.js'
import { CONFIG, readConfig } from './configuration/config.js'
import { embedOptions } from './embeddings/embed-options.js'
import type { Embedded } from './embeddings/write-embeddings.js'
import type { ProbeRequest } from './evaluation/probes/probe-options.js'
import type { MultiLabelResult, ProbeResult } from './evaluation/probes/run-probe.js'
import type { TapResult } from './reports/tap/tap-node.js'
import type { tapOptions } from './reports/tap/tap-options.js'
import { fromWeights, type TrainingRequest, trainInFolder } from './training/train-in-folder.js'
import type { Outcome } from './training/training.js'

export { type Place, Problem, Problems } from '../data/problem.js'
export type { CheckedGraph, CheckedNode } from '../graphs/language/checked.js'
export { drawMermaid } from '../graphs/language/draw-mermaid.js'
export { drawText } from '../graphs/language/draw-text.js'
export type { Edit } from '../graphs/language/edits.js'
export { renderProblem } from '../graphs/language/render-problem.js'
export { describePort, type Port } from '../stages/ports.js'
export type { Embedded, MultiLabelResult, Outcome, ProbeResult, TapResult }

export interface ReadOptions {
  /** Changes to the document first: `{ set: 'nodes.mel.bands=128' }`, `{ without: 'mixed' }`, `{ swap: 'encoder=resnet18' }`. */
  edits?: readonly Edit[]
}

/**
 * The checked graph of a graph or config: its nodes in order, every parameter filled in, the types of all that flows.
 * No sound is opened.
 *
 * @throws Problems, all that is wrong with the file
 */
export async function readGraph(file: string, { edits = [] }: ReadOptions = {}): Promise<CheckedGraph> {
  const { graph, problems } = await readDocumentGraph(file, { edits, ...CONFIG })
  if (!graph || problems.length > 0) throw new Problems(problems)
  return graph
}

/** Everything that is wrong with a graph or config, in the order of the file; nothing if it is sound. */
export async function validate(file: string, { edits = [] }: ReadOptions = {}): Promise<Problem[]> {
  return (await readDocumentGraph(file, { edits, ...CONFIG })).problems
}

export interface TrainOptions extends ReadOptions, TrainingRequest {
  /** Run or checkpoint whose weights a new run starts from, as `train.from`. */
  from?: string | undefined
}

/**
 * Trains the encoder of a config into a run folder.
 *
 * @param file config with nodes, data and train; `run.yaml` of the run folder to go on with it (`resume`)
 * @throws Problems of the config; Problem if it cannot be trained
 */
export async function train(file: string, { edits = [], from, ...request }: TrainOptions = {}): Promise<Outcome> {
  return trainInFolder(await readConfig(file, [...edits, ...fromWeights(from)]), request)
}

export type EmbedOptions = z.input<typeof embedOptions> & { signal?: AbortSignal }

/**
 * Writes embeddings of recordings as an Arrow file.
 *
 * @param run run folder or checkpoint
 * @param inputs audio files, folders, CSV/TSV tables, data set files
 * @throws Problem if there is no checkpoint, no usable clip, or no room
 */
export async function embed(run: string, inputs: string | readonly string[], options: EmbedOptions): Promise<Embedded> {
  const { writeEmbeddings } = await import('./embeddings/write-embeddings.js')
  const { signal, ...given } = options
  const cache = join(cacheFolder(), 'features')
  return writeEmbeddings({ ...embedOptions.parse(given), run, inputs: [inputs].flat(), cache, signal })
}

export type ProbeOptions = Omit<ProbeRequest, 'file' | 'separator'>

/**
 * What embeddings are worth to a shallow classifier, beside baselines and chance.
 *
 * @param file Arrow file by `embed`, or any with columns `clip` and `embedding`
 * @throws Problem if a column is missing, or the classes are too few
 */
export async function probe(file: string, options: ProbeOptions): Promise<ProbeResult> {
  const { runProbe } = await import('./evaluation/probes/run-probe.js')
  return runProbe({ ...options, file })
}

/**
 * The same where a clip may have several classes: mAP, d' and lwlrap.
 *
 * @param options `separator` stands between the classes of a clip, `;` for example
 */
export async function probeMultiLabel(
  file: string,
  options: ProbeOptions & { separator: string },
): Promise<MultiLabelResult> {
  const { runMultiLabelProbe } = await import('./evaluation/probes/run-probe.js')
  return runMultiLabelProbe({ ...options, file })
}

/** The table that `earshot probe` prints. */
export async function probeTable(result: ProbeResult): Promise<string> {
  return (await import('./evaluation/probes/result-text.js')).resultText(result)
}

export type TapOptions = Omit<z.input<typeof tapOptions>, 'file' | 'node'> & ReadOptions

/**
 * Writes what leaves a node for the first clips of training: pictures, sounds, JSON and a page.
 *
 * @param node a node that works on clips, or one side of its pair: `near`, `near.a`
 */
export async function tap(file: string, node: string, options: TapOptions = {}): Promise<TapResult> {
  const { tapNode } = await import('./reports/tap/tap-node.js')
  return tapNode({ count: 8, ...options, file, node, cache: join(cacheFolder(), 'features') })
}
