/**
 * Earshot from TypeScript and JavaScript: what the command line does, as functions. They print nothing but progress, on
 * stderr; what a person can mend is thrown as a Problem, or as Problems, all of a file at once. Heavy parts, TensorFlow
 * above all, are loaded by the first call that needs them.
 */
import { z } from 'zod'
import type { EmbeddingRows } from '../data/arrow/arrow-reader.js'
import { featureFolder } from '../data/cache-folder.js'
import { type Problem, Problems } from '../data/problem.js'
import type { CheckedGraph } from '../graphs/language/checked.js'
import { demandEdits, type Edit } from '../graphs/language/edit.js'
import { readGraph as readDocumentGraph } from '../graphs/language/read-graph.js'
import { CONFIG, RESUMED, readConfig } from './configuration/config.js'
import { demandOptions } from './configuration/demand-options.js'
import { embedOptions } from './embeddings/embed-options.js'
import type { FoundStretch } from './embeddings/search/found-stretches.js'
import { searchOptions } from './embeddings/search/search-options.js'
import type { Embedded } from './embeddings/write-embeddings.js'
import { type Classification, classifyOptions } from './evaluation/classification/classification.js'
import { type Detected, detectOptions } from './evaluation/events/detect-options.js'
import type { ProbeRequest } from './evaluation/probes/probe-options.js'
import type { MultiLabelResult, ProbeResult } from './evaluation/probes/run-probe.js'
import type { tapOptions } from './reports/tap/tap-options.js'
import type { TapResult } from './reports/tap/written.js'
import { demandOverlap, separateOptions } from './separation/separate-options.js'
import type { Separated } from './separation/separate-recordings.js'
import type { Outcome, TrainingRequest } from './training/request.js'
import { fromWeights, trainInFolder } from './training/train-in-folder.js'

export { type Place, Problem, Problems } from '../data/problem.js'
export { drawMermaid } from '../graphs/drawing/mermaid.js'
export { drawText } from '../graphs/drawing/text.js'
export type { CheckedGraph, CheckedNode } from '../graphs/language/checked.js'
export type { Edit } from '../graphs/language/edit.js'
export { renderProblem } from '../graphs/language/render-problem.js'
export { describePort, type Port } from '../stages/ports.js'
export type {
  Classification,
  Detected,
  Embedded,
  EmbeddingRows,
  MultiLabelResult,
  Outcome,
  ProbeResult,
  Separated,
  TapResult,
}

export interface ReadOptions {
  /** Changes to the document first: `{ set: 'nodes.mel.bands=128' }`, `{ without: 'mixed' }`, `{ swap: 'encoder=resnet18' }`. */
  edits?: readonly Edit[]
}

/**
 * The checked graph of a graph or config, by its path or, of a config that ships with Earshot, its name (`quickstart`): its nodes in order, every parameter filled in, the types of all that flows.
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
 * @param file config with nodes, data and train, or the name of one that ships; `run.yaml` of the run folder to go on with it (`resume`)
 * @throws Problems of the config; Problem if it cannot be trained
 */
export async function train(file: string, { edits = [], from, ...request }: TrainOptions = {}): Promise<Outcome> {
  const asked = request.resume ? RESUMED : CONFIG
  demandEdits(edits)
  return trainInFolder(await readConfig(file, [...edits, ...fromWeights(from)], asked), request)
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
  const asked = demandOptions(embedRequest, { ...given, run, inputs: [inputs].flat() })
  return writeEmbeddings({ ...asked, cache: featureFolder(), signal })
}

const embedRequest = embedOptions.extend({ run: z.string(), inputs: z.array(z.string()).min(1) })

/** What a file of embeddings holds, all of it in memory. */
export interface ReadEmbeddings extends EmbeddingRows {
  /** How the embeddings were made: checkpoint, layer, front end. */
  metadata: Record<string, string>
  /** All columns but `embedding`, for `column()`. */
  columns: string[]
}

/**
 * Reads an Arrow file of embeddings.
 *
 * @param range rows `start` up to, without, `end`; all if absent
 * @throws Problem if it is missing, damaged, or holds no embeddings
 */
export async function readEmbeddings(
  file: string,
  { start, end }: { start?: number; end?: number } = {},
): Promise<ReadEmbeddings> {
  const { openEmbeddings } = await import('../data/arrow/arrow-reader.js')
  demandOptions(rangeRequest, { file, start, end })
  const source = await openEmbeddings(file)
  try {
    return { ...(await source.read(start, end)), metadata: source.metadata, columns: source.columns }
  } finally {
    await source.close()
  }
}

const rangeRequest = z.strictObject({
  file: z.string(),
  start: z.int().min(0).optional(),
  end: z.int().min(0).optional(),
})

const similarRequest = searchOptions.extend({
  file: z.string(),
  examples: z.array(z.string()).min(1),
  columns: z.array(z.string()).default([]),
})

export type SimilarOptions = Omit<z.input<typeof similarRequest>, 'file' | 'examples'>

/** A row that was found: its seconds, where the embeddings say them, and the values of the columns asked for. */
export type Similar = Omit<FoundStretch, 'rank' | 'path'>

/**
 * The rows most like one or several examples, in falling order; their own rows are left out.
 *
 * @param examples clips, row numbers, recordings, stretches of them (`night.flac@12.5-14 s`), sound files
 * @throws Problem if an example or a column is not there, or the query was made otherwise
 */
export async function similar(
  file: string,
  examples: string | readonly string[],
  options: SimilarOptions = {},
): Promise<Similar[]> {
  const { search } = await import('./embeddings/search/search.js')
  const { foundStretches } = await import('./embeddings/search/found-stretches.js')
  const result = await search(demandOptions(similarRequest, { ...options, file, examples: [examples].flat() }))
  return foundStretches(result).map(({ rank: _, path: __, ...found }) => found)
}

const where = { run: z.string(), sounds: z.string() }
const classifyRequest = classifyOptions.extend(where)

/** `signal` ends it. */
type WithSignal<S extends z.ZodObject> = Omit<z.input<S>, 'run' | 'sounds'> & { signal?: AbortSignal | undefined }

export type ClassifyOptions = WithSignal<typeof classifyRequest>

/**
 * What a trained classifier says about sounds, and how many are right where that is known. Nothing is written.
 *
 * @param run run folder of a classifier, or a checkpoint
 * @param sounds audio file, folder, CSV/TSV table or data set file
 * @throws Problem if there is no classifier, or no usable clip
 */
export async function classify(run: string, sounds: string, options: ClassifyOptions = {}): Promise<Classification> {
  const { classify } = await import('./evaluation/classification/classify.js')
  const { signal, ...given } = options
  const asked = demandOptions(classifyRequest, { ...given, run, sounds })
  return (await classify({ ...asked, cache: featureFolder(), signal })).classification
}

const detectRequest = detectOptions.omit({ group: true }).extend(where)

export type DetectOptions = WithSignal<typeof detectRequest>

/**
 * Which events a trained frame classifier hears in sounds, and when. Nothing is written.
 *
 * @param run run folder of a frame classifier, RUN@best or a checkpoint
 * @param sounds audio file, folder, table or data set file
 * @throws Problem if there is no frame classifier, or no usable clip
 */
export async function detect(run: string, sounds: string, options: DetectOptions = {}): Promise<Detected> {
  const { detect, detectedOf } = await import('./evaluation/events/detect.js')
  const { signal, ...given } = options
  const asked = demandOptions(detectRequest, { ...given, run, sounds })
  return detectedOf(await detect({ ...asked, cache: featureFolder(), signal }))
}

const separateRequest = separateOptions.extend({
  ...where,
  output: z.string(),
  others: z.array(z.string()).default([]),
})

export type SeparateOptions = WithSignal<typeof separateRequest>

/**
 * Separates recordings into a folder each, with a page; what is whole there already stays.
 *
 * @param run run folder of a separator, RUN@step, or a checkpoint
 * @throws Problem if there are no such checkpoints or sounds, or no room
 */
export async function separate(run: string, sounds: string, options: SeparateOptions): Promise<Separated> {
  const { separateRecordings } = await import('./separation/separate-recordings.js')
  const { signal = new AbortController().signal, ...given } = options
  const { output: folder, ...asked } = demandOptions(separateRequest, { ...given, run, sounds })
  demandOverlap(asked)
  return separateRecordings({ ...asked, folder, signal })
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
  demandOptions(z.object({ separator: z.string().min(1) }), options)
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
  return tapNode({ count: 8, ...options, file, node, cache: featureFolder() })
}
