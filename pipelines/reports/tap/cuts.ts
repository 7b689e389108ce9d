/** Where in a clip a patch was cut: the node that cuts is traced in the graph, and its reading is watched. */
import type { Feature } from '../../../data/feature-cache.js'
import type { CheckedGraph, CheckedNode, Input } from '../../../graphs/language/checked.js'
import { laneOf, lanesOf } from '../../../graphs/language/lift.js'
import type { FeatureStore } from '../../../graphs/streams/evaluate.js'
import type { ItemStage, Stage } from '../../../stages/contract.js'
import type { Scale } from '../../drawing/spectrogram.js'

/** A feature cache that notes what is read from it. */
export class WatchedStore implements FeatureStore {
  /** Since `forget`, in order. */
  reads: { key: string; start: number; count: number }[] = []

  constructor(private readonly store: FeatureStore) {}

  open(key: string): Feature | undefined {
    const feature = this.store.open(key)
    return feature && this.#watched(key, feature)
  }

  async write(...given: Parameters<FeatureStore['write']>): Promise<Feature> {
    return this.#watched(given[0], await this.store.write(...given))
  }

  forget(): void {
    this.reads = []
  }

  #watched(key: string, feature: Feature): Feature {
    return {
      ...feature,
      read: (start, count) => {
        this.reads.push({ key, start, count })
        return feature.read(start, count)
      },
    }
  }
}

export interface Cutter {
  /** The node that cuts. */
  node: CheckedNode
  /** The log-mel spectrogram that it cuts from. */
  mel: Pick<Input, 'node' | 'lane'>
  /** How many patches it cuts of a clip, and which of them arrives. */
  patches: number
  which: number
  /** Nodes that work on the patch after it was cut, the tapped one last. */
  after: CheckedNode[]
}

/** Follows one lane of a node's output up to the node that cut it; undefined where nothing is cut. */
export function cutterOf(graph: CheckedGraph, id: string, lane: string | undefined): Cutter | undefined {
  const after: CheckedNode[] = []
  let at: { node: string; lane?: string | undefined } | undefined = { node: id, lane }
  while (at) {
    const node = graph.nodes.find(({ id }) => id === at!.node)!
    const mel = streamInputs(node).find(({ port }) => port.kind === 'logmel')
    if (mel) {
      const lanes = lanesOf(node.out)
      const cut = laneOf(node.out) ?? node.out
      if (cut.kind !== 'patch') return undefined
      return {
        node,
        mel,
        patches: Math.max(1, lanes.length),
        which: Math.max(0, lanes.indexOf(at.lane ?? '')),
        after: after.reverse(),
      }
    }
    after.push(node)
    at = above(node, at.lane)
  }
  return undefined
}

/** Where one lane of a node comes from: a stage that joins two branches takes each from its own. */
function above(node: CheckedNode, lane: string | undefined): { node: string; lane?: string | undefined } | undefined {
  const joined = lane && streamInputs(node).every(({ port }) => port.kind !== 'pair') ? node.inputs[lane] : undefined
  const input = joined ?? streamInputs(node)[0]
  return input && { node: input.node, lane: input.lane ?? (joined ? undefined : lane) }
}

function streamInputs({ inputs }: CheckedNode): Input[] {
  return Object.values(inputs).filter(({ bank }) => !bank)
}

/** The nearest node of a kind above another, itself included, along the stream. */
export function nearestAbove(
  graph: CheckedGraph,
  id: string,
  test: (node: CheckedNode) => boolean,
): CheckedNode | undefined {
  const node = graph.nodes.find(node => node.id === id)
  if (!node || test(node)) return node
  for (const input of streamInputs(node)) {
    const found = nearestAbove(graph, input.node, test)
    if (found) return found
  }
  return undefined
}

/** What a picture of spectrograms has to know. */
export interface Meaning {
  /** Hertz of the middle of each band; undefined below a front end that does not say. */
  centres: readonly number[] | undefined
  /** Standard deviations after a stage that normalises, before it that of whole clips. */
  unit: Scale['unit']
  /** Log10 power, or correlations where the front end has lags in place of bands. */
  unitOfClip: Scale['unit']
}

export function meaningAt(graph: CheckedGraph, stages: ReadonlyMap<string, Stage>, id: string): Meaning {
  const above = (said: (stage: ItemStage) => unknown) =>
    nearestAbove(graph, id, ({ stage: name }) => {
      const stage = stages.get(name)
      return stage?.runsIn === 'item' && said(stage) !== undefined
    })
  const front = above(({ centres }) => centres)
  const stage = front && (stages.get(front.stage) as ItemStage)
  const centres = stage?.centres?.(front!.parameters)
  const unitOfClip = centres?.length === 0 ? 'r' : 'dB'
  return {
    centres: centres?.length ? centres : undefined,
    unit: above(({ standardises }) => standardises) ? 'sd' : unitOfClip,
    unitOfClip,
  }
}
