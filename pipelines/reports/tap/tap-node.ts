/** Taps a node of a graph: the values that leave it for some clips, as pictures, sounds, JSON and a page. */
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { isAbsolute, join, relative } from 'node:path'
import type { Windows } from '../../../data/annotations/windows.js'
import { FeatureCache } from '../../../data/feature-cache.js'
import { readJsonFile } from '../../../data/json-file.js'
import { readClips } from '../../../data/manifests.js'
import { Problem, Problems } from '../../../data/problem.js'
import { isPart, makeFolder, onDisk, writeWhole } from '../../../data/whole-file.js'
import type { CheckedGraph } from '../../../graphs/language/checked.js'
import type { Document } from '../../../graphs/language/document.js'
import { lanesOf } from '../../../graphs/language/lift.js'
import { readGraph } from '../../../graphs/language/read-graph.js'
import { upTo } from '../../../graphs/language/up-to.js'
import { openPool, usualWorkers } from '../../../graphs/streams/pool.js'
import type { Prepared } from '../../../graphs/streams/prepare.js'
import { describePort } from '../../../stages/ports.js'
import { sections } from '../../configuration/sections.js'
import { readUsable } from '../../embeddings/read-sounds.js'
import { command } from '../../terminal/say.js'
import { cutterOf, meaningAt } from './cuts.js'
import { show, type Tapped } from './exhibits.js'
import { findNode, portOf } from './find-node.js'
import { page } from './page.js'
import type { TapRequest } from './tap-options.js'
import { type TensorOptions, tensorsOf } from './tensors.js'
import { writeShown } from './write-shown.js'
import type { TapResult, Written } from './written.js'

interface About {
  graph: string
  node: string
  stage: string
  port: string
  seed: number
  epoch: number
  data: string
  /** Of the first batch, with the weights that training begins with. */
  loss?: number
}

/** The file that says that a folder holds a tap. */
const RECORD = 'tap.json'

/** @throws Problems of the graph; Problem for everything else that a person can mend */
export async function tapNode(options: TapRequest): Promise<TapResult> {
  const { file, edits = [], count } = options
  const { graph, document, problems, stages } = await readGraph(file, { edits, sections })
  if (!graph || !document || problems.length > 0) throw new Problems(problems)
  const tapped = findNode(graph, options.node)
  const data = options.data === undefined ? document.sections.data : { set: options.data }
  if (data === undefined) {
    const hint = command`Name some: ./earshot tap ${file} ${options.node} --data my-sounds/`
    throw new Problem('no-data', `${file} is a graph without sounds.`, { hint })
  }
  const seed = options.seed ?? document.sections.train?.seed ?? 0
  const folder = options.output ?? join('taps', document.name, options.node)
  makeRoom(folder)
  const prepared = await prepare(graph, data, options)
  const meaning = meaningAt(graph, stages, tapped.node.id)
  const store = new FeatureCache(prepared.cacheFolder)
  const port = describePort(portOf(tapped))
  const about: About = {
    graph: file,
    node: options.node,
    stage: tapped.node.stage,
    port,
    seed,
    epoch: 0,
    data: fromHere(data.set),
  }
  const clips: Written[] = []
  const index = join(folder, 'index.html')
  const record = () => {
    const files = [...clips.flatMap(({ files }) => files), 'index.html']
    const entries = clips.map(({ figures: _, ...entry }) => entry)
    writeWhole(join(folder, RECORD), `${JSON.stringify({ ...about, files, clips: entries }, undefined, 2)}\n`)
  }
  record()
  const common = { ...tapped, graph, stages, prepared, seed, count }
  const tensors = ['batch', 'tensor'].includes(tapped.node.place)
    ? await tensorsIn(common, document, options)
    : undefined
  if (tensors?.loss !== undefined) about.loss = tensors.loss
  for await (const shown of tensors?.shown ?? show({ ...common, store })) {
    clips.push(await writeShown(shown, { folder, number: clips.length + 1, ...meaning }))
    record()
  }
  record()
  const [chain, after] = [chainOf(graph, tapped), afterOf(graph, tapped)]
  writeWhole(index, page({ ...about, name: document.name, chain, after, unit: meaning.unit, clips }))
  return { folder, page: index, clips, skipped: prepared.skipped.length }
}

/** Relative to the working folder, if it lies inside. */
function fromHere(path: string): string {
  const short = relative('.', path)
  return short === '' || short.startsWith('..') || isAbsolute(short) ? path : short
}

/** An earlier tap gives way; anything else in the folder stays untouched. @throws Problem `folder-in-use`, and those of `onDisk` */
function makeRoom(folder: string): void {
  makeFolder(folder)
  const record = join(folder, RECORD)
  const { files } = (existsSync(record) ? readJsonFile(record) : { files: [] }) as { files: string[] }
  onDisk(folder, () => {
    for (const name of [...files, RECORD]) if (/^[\w.-]+$/.test(name)) rmSync(join(folder, name), { force: true })
  })
  if (readdirSync(folder).every(isPart)) return
  throw new Problem('folder-in-use', `The folder ${folder} holds files that are not of an earlier tap.`, {
    hint: 'Name another folder with -o.',
  })
}

/** Batches are made and trained on as in the config; a graph alone takes what a config would by default. */
async function tensorsIn(
  common: Omit<TensorOptions, 'pool' | 'threads' | 'precision'>,
  { sections: { train } }: Document<typeof sections>,
  { workers }: TapRequest,
) {
  const pool = openPool({ workers })
  try {
    return await tensorsOf({ ...common, pool, threads: train?.threads ?? 2, precision: train?.precision ?? 'float32' })
  } finally {
    await pool.close()
  }
}

/** All clips, as training does it: which are usable decides the order, and backgrounds may come from any. */
async function prepare(
  graph: CheckedGraph,
  { set, ...windows }: { set: string } & Windows,
  { cache, workers }: TapRequest,
): Promise<Prepared> {
  const { clips } = await readClips(set, windows)
  return readUsable({ graph, clips, cacheFolder: cache, workers: workers ?? usualWorkers() })
}

/** The nodes from the source down to the tapped one, as one reads them. */
function chainOf(graph: CheckedGraph, { node }: Tapped): string[] {
  return upTo(graph, node.id).nodes.map(({ id, stage }) => (id === stage ? id : `${id} (${stage})`))
}

/** What was done to a patch since it was cut. */
function afterOf(graph: CheckedGraph, { node, lane }: Tapped): string[] {
  const cutter = cutterOf(graph, node.id, lane ?? lanesOf(node.out)[0])
  return cutter?.after.map(({ id }) => id) ?? []
}
