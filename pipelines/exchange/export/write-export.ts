/** Writes a trained encoder into a folder, in every format asked for. */
import { copyFileSync, existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Problem } from '../../../data/problem.js'
import { makeFolder, onDisk, writeWhole } from '../../../data/whole-file.js'
import { tensorsFile, UNTRAINED } from '../../../engine/checkpoints/files.js'
import { readTensors, writeTensors } from '../../../engine/checkpoints/tensors.js'
import { merged } from '../../../engine/low-rank.js'
import { encodeSafetensors } from '../../../engine/safetensors.js'
import type { State } from '../../../engine/weights.js'
import { inferenceGraph } from '../../../graphs/inference/inference-graph.js'
import type { CheckedNode } from '../../../graphs/language/checked.js'
import { INPUT, type LayerShape, planReadout } from '../../../graphs/readout/plan.js'
import { loadStages } from '../../../stages/registry.js'
import { readFitted, UNFITTED } from '../../embeddings/fitted-readout.js'
import { chosenReadout } from '../../embeddings/reading.js'
import { type FoundCheckpoint, findCheckpoint, writeCheckpoint } from '../../model/checkpoint.js'
import { versions } from '../../setup/versions.js'
import { type Card, cardOf } from './card.js'
import { encoderWeights } from './encoders/convolution.js'
import { exportableEncoder } from './encoders/encoder.js'
import type { Graph, Value } from './graph.js'
import { OnnxGraph } from './onnx-graph.js'
import { FORMATS, type Format, readme } from './readme.js'
import { readLayers, readoutCard } from './readout-layers.js'
import { frontEnd, logMelImage } from './sound-to-patches.js'
import { TensorflowGraph } from './tensorflow-graph.js'

export interface ExportOptions {
  /** Run folder or checkpoint. */
  run: string
  output: string
  formats: readonly Format[]
  /** Node of the graph, if there are several encoders. */
  encoder?: string | undefined
  /** As `embed` takes it; that of the run if absent. */
  readout?: string | undefined
  /** Markdown on the run: sounds it was trained on, figures. */
  about?: string | undefined
}

export interface Exported {
  files: { name: string; bytes: number }[]
  /** What the checkpoint says to whoever uses the embeddings. */
  note: string | undefined
}

/** Files that travel along as they are: examples, the page, the HEAR module. */
const SOURCES = fileURLToPath(new URL('../../../../pipelines/exchange/export/', import.meta.url))

/** @throws Problem `not-exportable`, `not-writable`, or as a checkpoint that cannot be read */
export async function writeExport(options: ExportOptions): Promise<Exported> {
  const { run, output, formats, encoder, readout: asked, about } = options
  const wanted = FORMATS.filter(format => formats.includes(format))
  const found = findCheckpoint(run)
  const { graph, statistics, note } = found.checkpoint
  const chosen = chosenReadout({ readout: asked, layer: encoder, level: 'clip' }, found.checkpoint.readout)
  const fitted = chosen?.fit && readFitted(found.tensors, chosen)
  const unfitted = chosen?.fit !== undefined && !fitted
  const readout = unfitted ? undefined : chosen
  const inference = inferenceGraph(graph, await loadStages(graph.stageFiles), encoder)
  const node = graph.nodes.find(({ id }) => id === inference.encoder)!
  const trained = readTensors(found.tensors).weights
  const weights = merged(trained)
  const owner = node.shares ?? node.id
  refuseOther(output)

  const drawing = wanted.some(format => format === 'onnx' || format === 'tfjs') ? drawn() : undefined
  makeFolder(output)
  if (drawing && wanted.includes('onnx')) writeOnnx(join(output, 'onnx'), drawing)
  if (drawing && wanted.includes('tfjs')) writeTensorflow(join(output, 'tfjs'), drawing)
  if (wanted.includes('safetensors')) writeWeights(join(output, 'safetensors'), weights, owner, drawing?.card, node)
  if (wanted.includes('earshot')) writeCheckpointAlone(join(output, 'earshot'), found, trained)
  writeWhole(join(output, 'README.md'), readme(wanted, node, inference.dimensions, drawing?.card, about))
  return {
    files: filesIn(output),
    note: [note, ...(unfitted ? [UNFITTED] : [])].filter(Boolean).join('\n') || undefined,
  }

  function drawn(): Drawing {
    const encode = exportableEncoder(node)
    const front = frontEnd(inference, statistics)
    const draw = (onto: Graph) => {
      const image = logMelImage(onto, front)
      const { embedding, layers } = encode(onto, encoderWeights(weights, owner), image)
      return { image, embedding, layers: layers.size > 0 ? new Map([[INPUT, image], ...layers]) : layers }
    }
    const { layers } = draw(new TensorflowGraph(front.samples))
    const shapes = Object.fromEntries([...layers].map(([name, { shape }]) => [name, shape as LayerShape]))
    const plan = readout && (asked !== undefined || layers.size > 0) && planReadout(node.id, readout, shapes)
    const made = plan ? readoutCard(plan, fitted, front.factor) : { embedding: inference.dimensions }
    return {
      card: cardOf(front, found, { encoder: node.id, stage: node.stage, ...made }),
      draw: onto => {
        const { image, embedding, layers } = draw(onto)
        return { embedding, ...(plan && { layers: readLayers(onto, image, layers, plan) }) }
      },
    }
  }
}

interface Drawing {
  card: Card
  /** @returns the embedding of a patch, and what a readout takes of it */
  draw: (onto: Graph) => Record<string, Value>
}

/** What an export wrote before may be written again; any other folder is left alone. */
function refuseOther(output: string): void {
  if (!existsSync(output)) return
  const ours = ['README.md', ...FORMATS] as readonly string[]
  if (statSync(output).isDirectory() && readdirSync(output).every(name => ours.includes(name))) return
  throw new Problem('not-empty', `${output} is there already and holds something else.`, {
    hint: 'Name a new folder with -o.',
  })
}

function writeOnnx(folder: string, { card, draw }: Drawing): void {
  makeFolder(folder)
  const graph = new OnnxGraph(card.samples)
  writeWhole(join(folder, 'encoder.onnx'), graph.encoded(draw(graph), { encoder: JSON.stringify(card) }))
  bring(join('python', 'earshot_encoder.py'), folder)
}

function writeTensorflow(folder: string, { card, draw }: Drawing): void {
  makeFolder(folder)
  const graph = new TensorflowGraph(card.samples)
  const { model, weights } = graph.encoded(draw(graph), { encoder: JSON.stringify(card) })
  writeWhole(join(folder, 'weights.bin'), weights)
  writeWhole(join(folder, 'model.json'), JSON.stringify(model))
  writeWhole(join(folder, 'encoder.json'), `${JSON.stringify(card, null, 2)}\n`)
  for (const name of ['embed.mjs', 'readout.mjs', 'node-example.mjs', 'index.html'])
    bring(join('browser', name), folder)
  const tensorflow = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs/package.json'))
  onDisk(folder, () => copyFileSync(join(tensorflow, 'dist', 'tf.min.js'), join(folder, 'tf.min.js')))
}

/**
 * Without what only training goes on with; with the untrained weights, which probes compare with. In float32, as the other
 * formats are: every processor runs it.
 */
function writeCheckpointAlone(folder: string, { checkpoint, tensors }: FoundCheckpoint, weights: State): void {
  onDisk(folder, () => rmSync(folder, { recursive: true, force: true })) // one of a later step would be taken for this one
  makeFolder(folder)
  const { machine: _, format: __, ...kept } = checkpoint
  const train = { ...kept.train, precision: 'float32' as const }
  const sha256 = writeTensors(tensorsFile(folder, checkpoint.step), weights)
  const untrained = join(dirname(tensors), UNTRAINED)
  if (existsSync(untrained)) onDisk(folder, () => copyFileSync(untrained, join(folder, UNTRAINED)))
  writeCheckpoint(folder, { ...kept, train, sha256, cursor: { epoch: 0, position: 0 }, lengths: {} })
}

/** By the names that the weights have inside the encoder. */
function writeWeights(folder: string, all: State, owner: string, card: Card | undefined, node: CheckedNode): void {
  makeFolder(folder)
  const own = [...all].filter(([name]) => name.startsWith(`${owner}.`))
  const plain = new Map(own.map(([name, tensor]) => [name.slice(owner.length + 1), tensor]))
  const metadata = {
    ...{ format: 'earshot', earshot: versions().earshot!, stage: node.stage },
    parameters: JSON.stringify(node.parameters),
    ...(card ? { encoder: JSON.stringify(card) } : {}),
  }
  writeWhole(join(folder, 'encoder.safetensors'), encodeSafetensors(plain, metadata))
}

function bring(source: string, folder: string): void {
  onDisk(folder, () => copyFileSync(join(SOURCES, source), join(folder, source.split(/[\\/]/).at(-1)!)))
}

function filesIn(folder: string): Exported['files'] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
    .map(file => ({ name: relative(folder, file), bytes: statSync(file).size }))
    .sort((a, b) => a.name.localeCompare(b.name))
}
