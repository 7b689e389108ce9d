/** Where an encoder that embeds comes from: a checkpoint of a run, or a graph whose encoder is an ONNX file. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Problem, Problems } from '../../data/problem.js'
import { UNTRAINED } from '../../engine/checkpoints/files.js'
import { type CheckpointFiles, locateIfThere } from '../../engine/checkpoints/find.js'
import { type InferenceGraph, inferenceGraph } from '../../graphs/inference/inference-graph.js'
import type { Fitted } from '../../graphs/readout/fit.js'
import type { Readout } from '../../graphs/readout/settings.js'
import type { Stage } from '../../stages/contract.js'
import { loadStages } from '../../stages/registry.js'
import { type Checkpoint, findCheckpoint, hashGraph } from '../model/checkpoint.js'
import type { Encoding } from '../model/onnx-encoder.js'
import { type EncoderThread, startTrained } from '../model/trainer-thread.js'
import { versions } from '../setup/versions.js'
import type { EmbedOptions } from './embed-options.js'
import { encoderIn } from './encoder-layer.js'
import { readFitted, UNFITTED } from './fitted-readout.js'
import { chosenReadout } from './reading.js'

export interface EncoderSource {
  /** Names the same encoder, whatever becomes of the run meanwhile. */
  name: string
  /** What files of embeddings say of it. */
  made: Pick<Checkpoint, 'sha256' | 'step' | 'graph' | 'graphHash' | 'statistics' | 'versions' | 'note'>
  inference: InferenceGraph
  stages: ReadonlyMap<string, Stage>
  readout?: Readout | undefined
  fitted?: Fitted | undefined
  /** Weights that `load` of the thread takes: before training. */
  untrained?: CheckpointFiles | undefined
  /** What whoever uses the embeddings has to know. */
  notes: string[]
  start(): Promise<Encoding & Partial<Pick<EncoderThread, 'load'>>>
}

type Asked = Pick<EmbedOptions, 'run' | 'layer' | 'readout' | 'level'>

/** @throws Problem of the checkpoint or of the graph; `bad-option`, `no-such-layer`, `cannot-embed` */
export const encoderSource = (asked: Asked): Promise<EncoderSource> =>
  /\.ya?ml$/.test(asked.run) ? onnxSource(asked) : trainedSource(asked)

/** Said of checkpoints that were written before there were readouts. */
const UNSAID =
  "The checkpoint says no readout: these are the encoder's own embeddings (plain). New runs are read out by default as --readout default does it."

async function trainedSource(asked: Asked): Promise<EncoderSource> {
  const found = findCheckpoint(asked.run)
  const { checkpoint, tensors } = found
  const { graph, note } = checkpoint
  const readout = chosenReadout(asked, checkpoint.readout)
  const fitted = readout?.fit && readFitted(tensors, readout)
  const unfitted = readout?.fit !== undefined && !fitted
  const unsaid = asked.readout === undefined && checkpoint.readout === undefined && !asked.layer
  const stages = await loadStages(graph.stageFiles)
  return {
    ...{ name: tensors, made: checkpoint, stages },
    inference: inferenceGraph(graph, stages, encoderIn(asked.layer)),
    ...{ readout: unfitted ? undefined : readout, fitted },
    untrained: locateIfThere(join(dirname(tensors), UNTRAINED)),
    notes: [...(note ? [note] : []), ...(unfitted ? [UNFITTED] : []), ...(unsaid ? [UNSAID] : [])],
    start: () => startTrained(found),
  }
}

async function onnxSource(asked: Asked): Promise<EncoderSource> {
  const { readGraph } = await import('../../graphs/language/read-graph.js')
  const { startOnnxEncoder } = await import('../model/onnx-encoder.js')
  const { graph, problems, stages } = await readGraph(asked.run)
  if (problems.length > 0 || !graph) throw new Problems(problems)
  const inference = inferenceGraph(graph, stages, encoderIn(asked.layer))
  const node = graph.nodes.find(({ id }) => id === inference.encoder)!
  const refuse = (message: string, hint: string) =>
    new Problem('cannot-embed', message, { place: { file: asked.run }, hint })
  if (node.stage !== 'onnx')
    throw refuse(
      `The encoder '${node.id}' (${node.stage}) has no weights yet.`,
      'Train it, and name the run: ./earshot embed RUN. A graph itself embeds where its encoder is of the stage onnx.',
    )
  const { file } = node.parameters as { file: string }
  if (!existsSync(file)) throw refuse(`There is no ONNX file ${file}.`, `Name it as file at '${node.id}'.`)
  const scaled = inference.graph.nodes.find(({ stage: name }) => {
    const stage = stages.get(name)
    return stage?.runsIn === 'item' && stage.standardises
  })
  if (scaled)
    throw refuse(
      `'${scaled.id}' (${scaled.stage}) goes by the sounds that were trained on, and there are none.`,
      `Leave it out, and write factor and shift at '${node.id}'.`,
    )
  const readout = chosenReadout(asked, undefined)
  return {
    ...{ name: asked.run, inference, stages, readout, notes: [] },
    made: {
      sha256: node.content!.file![0]!,
      step: 0,
      graph,
      graphHash: hashGraph(graph),
      statistics: {},
      versions: versions(),
    },
    start: () => startOnnxEncoder(node),
  }
}
