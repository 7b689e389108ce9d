/**
 * How a trained encoder hears: the way from a clip to the encoder with all random views left out. Between log-mel
 * frames and the encoder only draw-free stages remain (`normalise`), put on patches cut at a regular hop. Where views
 * work on sound, the log-mel spectrogram of the whole clip stands in for those of its excerpts.
 */
import { Problem } from '../../data/problem.js'
import type { CheckedGraph, CheckedNode } from '../../graphs/language/checked.js'
import type { ItemStage, Stage } from '../../stages/contract.js'
import { innermost, type LogMelPort, type PatchPort, type Port } from '../../stages/ports.js'
import type { Patch, Statistics } from '../../stages/values.js'
import { EXCERPT_FRONT_END, logMelInPlaceOf } from './excerpt-front-end.js'

export interface EncodingPath {
  /** The part of the graph up to the cached log-mel node. */
  features: CheckedGraph
  /** Id of that node, and what it gives. */
  mel: string
  melPort: LogMelPort
  encoder: string
  /** A layer of the encoder, in place of its embedding. */
  layer?: string
  dimensions: number
  patch: PatchPort
  /** Turns a patch of log-mel frames into what the encoder was trained on. */
  finish(patch: Patch): Patch
}

/**
 * @param statistics by node, as training measured them
 * @param chosen encoder, if not the first; `encoder.block2` is its path, too (layer-path.ts)
 * @throws Problem if the graph has no encoder of that name, or none is reached from log-mel frames
 */
export function encodingPath(
  graph: CheckedGraph,
  stages: ReadonlyMap<string, Stage>,
  statistics: Record<string, Statistics>,
  chosen?: string,
): EncodingPath {
  const byId = new Map(graph.nodes.map(node => [node.id, node]))
  const encoder = chooseEncoder(graph, stages, chosen?.split('.')[0])
  const finishing: CheckedNode[] = []
  let excerpts: CheckedNode | undefined
  let node = byId.get(Object.values(encoder.inputs)[0]!.node)!
  while (!(stages.get(node.stage) as ItemStage).cached) {
    const stage = stages.get(node.stage)!
    const makesPair = node.out.kind === 'pair' && !node.lifted
    if (node.stage === EXCERPT_FRONT_END) excerpts = node
    else if (!excerpts && stage.runsIn === 'item' && !stage.draws && !makesPair) finishing.unshift(node)
    const above = Object.values(node.inputs)[0]
    if (!above) throw new Problem('no-front-end', `Encoder '${encoder.id}' is not fed from a log-mel stage.`)
    node = byId.get(above.node)!
  }
  const works = finishing.map(each => workOnPatches(each, stages.get(each.stage) as ItemStage, statistics))
  const mel = excerpts ? logMelInPlaceOf(excerpts, node, graph) : node
  return {
    features: { ...graph, nodes: [...graph.nodes.filter(({ id }) => reads(byId, mel, id)), mel] },
    mel: mel.id,
    melPort: mel.out as LogMelPort,
    encoder: encoder.id,
    dimensions: innermostOf(encoder.out, 'embedding').size,
    patch: innermostOf(Object.values(encoder.inputs)[0]!.port, 'patch'),
    finish: patch => works.reduce((value, work) => work(value), patch),
  }
}

function chooseEncoder(graph: CheckedGraph, stages: ReadonlyMap<string, Stage>, id?: string): CheckedNode {
  const encoders = graph.nodes.filter(({ stage }) => {
    const found = stages.get(stage)
    return found?.runsIn === 'tensor' && found.role === 'encoder'
  })
  const chosen = id === undefined ? encoders[0] : encoders.find(encoder => encoder.id === id)
  if (chosen) return chosen
  const there = encoders.map(({ id }) => id).join(', ') || 'none'
  throw new Problem('no-such-layer', `The graph has no encoder '${id ?? ''}'.`, { hint: `Its encoders: ${there}.` })
}

function workOnPatches(node: CheckedNode, stage: ItemStage, statistics: Record<string, Statistics>) {
  const ports = Object.fromEntries(Object.entries(node.inputs).map(([name, { port }]) => [name, innermost(port)]))
  const work = stage.work(node.parameters, { ...ports, out: innermost(node.out) })
  const banks = Object.entries(node.inputs).filter(([, { bank }]) => bank)
  const given = Object.fromEntries(banks.map(([name, { node: id }]) => [name, { statistics: () => statistics[id]! }]))
  return (patch: Patch) => {
    const item: Record<string, unknown> = { ...given, from: patch }
    return work(item as Parameters<typeof work>[0]) as Patch
  }
}

/** Whether `node` depends on the node `id`. */
function reads(byId: ReadonlyMap<string, CheckedNode>, node: CheckedNode, id: string): boolean {
  return Object.values(node.inputs).some(input => input.node === id || reads(byId, byId.get(input.node)!, id))
}

function innermostOf<Kind extends Port['kind']>(port: Port, kind: Kind): Extract<Port, { kind: Kind }> {
  const inner = innermost(port)
  if (inner.kind === kind) return inner as Extract<Port, { kind: Kind }>
  throw new Problem('wrong-port', `Expected ${kind}, found ${inner.kind}.`)
}
