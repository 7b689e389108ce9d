/** What a trained frame classifier hears in sounds, and when; and how right it is where that is known. */
import { Problem } from '../../../data/problem.js'
import { Hearing } from '../../../graphs/inference/hearing.js'
import { inferenceGraph } from '../../../graphs/inference/inference-graph.js'
import type { CheckedGraph, CheckedNode } from '../../../graphs/language/checked.js'
import { fromEncoder } from '../../../graphs/model/heads.js'
import { type Prepared, secondsOf } from '../../../graphs/streams/prepare.js'
import { type ClassEvent, demandEvents, type EventSettings, eventsIn } from '../../../stages/audio/activity.js'
import type { Stage } from '../../../stages/contract.js'
import { innermost, type TokensPort } from '../../../stages/ports.js'
import { loadStages } from '../../../stages/registry.js'
import { clipRows } from '../../embeddings/clip-rows.js'
import { momentsReading } from '../../embeddings/readout-reading.js'
import { findCheckpoint } from '../../model/checkpoint.js'
import { startEncoder } from '../../model/trainer-thread.js'
import { progress } from '../../terminal/progress.js'
import { tell } from '../../terminal/tell.js'
import { preparedSounds } from '../classification/classify.js'
import { eventCounts, fScores } from './event-counts.js'
import { eventsAbove, type Moments, medianFiltered } from './moments.js'
import { fitThresholds } from './thresholds.js'

export interface DetectOptions {
  /** Run folder, RUN@best or a checkpoint. */
  run: string
  sounds: string
  /** Annotated sounds by which thresholds and the median are chosen; 0.5 and none if absent. */
  tune?: string | undefined
  /** Seconds from one patch to the next; a quarter of a patch if absent. */
  hop?: number | undefined
  segment?: number | undefined
  annotations?: readonly string[] | undefined
  /** Label column of what is resampled whole. */
  group?: string | undefined
  workers?: number | undefined
  cache: string
  signal?: AbortSignal | undefined
}

export interface Detection {
  run: string
  step: number
  classes: readonly string[]
  /** Probability from which each class counts as heard, and over how many moments a median is taken first. */
  thresholds: readonly number[]
  median: number
  /** Seconds of a moment. */
  moment: number
  prepared: Prepared
  /** By clip: what was said after the median, the events of it, and what is known; that is absent where nobody annotated. */
  clips: { moments: Moments; said: ClassEvent[]; known: ClassEvent[] | undefined; seconds: number }[]
}

/** The head that says when something is heard, the nodes that it hears through, and what its classes are. */
interface Detector {
  chain: string[]
  port: TokensPort
  settings: EventSettings
}

/** @throws Problem `no-frame-classifier`, those of `demandEvents` on the sounds to tune on, and as `classify` throws them */
export async function detect(options: DetectOptions): Promise<Detection> {
  const { tune, signal } = options
  const found = findCheckpoint(options.run)
  const { graph, statistics, train, step } = found.checkpoint
  const stages = await loadStages(graph.stageFiles, graph.nodes)
  const { chain, port, settings } = detectorIn(graph, stages)
  const inference = inferenceGraph(graph, stages, chain[0])
  const { seed, threads, precision } = train
  const thread = await startEncoder({ graph, seed, threads, precision })
  let moment = 0
  const hear = async (sounds: string) => {
    const { prepared } = await preparedSounds({ ...options, sounds }, inference)
    const hearing = new Hearing(inference, stages, prepared, statistics)
    const { length, second } = hearing.grid
    moment = (length / port.count) * second
    const hop = Math.max(1, Math.round((options.hop ?? (length * second) / 4) / moment)) * moment
    const seconds = secondsOf(prepared)
    const clips = prepared.clips.map((_, at) => ({ edges: [0], rows: [] as Float32Array[], seconds: seconds[at]! }))
    const bar = progress('clips listened to', clips.length)
    const reading = momentsReading(thread, chain, port)
    try {
      const all = clipRows({ thread, hearing, prepared, mel: undefined, reading, level: 'frame', hop })
      for await (const { clip, rows, last } of all) {
        signal?.throwIfAborted()
        for (const { end, embedding } of rows) {
          clips[clip]!.edges.push(end)
          clips[clip]!.rows.push(embedding)
        }
        if (last) bar.tick()
      }
    } finally {
      bar.done()
    }
    return { prepared, clips: clips.map(({ rows, ...one }) => ({ ...one, logits: joined(rows) })) }
  }
  try {
    await thread.load(found.tensors)
    const { classes } = settings
    let chosen: { thresholds: readonly number[]; median: number } = { thresholds: classes.map(() => 0), median: 1 }
    if (tune !== undefined) {
      const { prepared, clips } = await hear(tune)
      tell(demandEvents(prepared.clips, { ...settings, others: 'leave-out', overlaps: 'join' }))
      chosen = tuned(
        clips.flatMap((clip, at) => {
          const { events } = prepared.clips[at]!
          return events ? [{ ...clip, known: eventsIn(prepared.clips[at]!, settings) }] : []
        }),
        classes.length,
        moment,
      )
    }
    const thresholds = chosen.thresholds.map(toProbability)
    const { prepared, clips } = await hear(options.sounds)
    return {
      ...{ run: options.run, step, classes, thresholds, median: chosen.median, moment, prepared },
      clips: clips.map(({ edges, logits, seconds }, at) => {
        const clip = prepared.clips[at]!
        const all = { edges, classes: classes.length, values: logits.map(toProbability) }
        const moments = medianFiltered(all, chosen.median)
        const known = clip.events && eventsIn(clip, settings)
        return { moments, said: eventsAbove(moments, thresholds), known, seconds }
      }),
    }
  } finally {
    await thread.close()
  }
}

const toProbability = (logit: number) => 1 / (1 + Math.exp(-logit))

function joined(rows: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(rows.length * (rows[0]?.length ?? 0))
  rows.forEach((row, at) => {
    all.set(row, at * row.length)
  })
  return all
}

/** The first head whose targets are the activity of classes. @throws Problem `no-frame-classifier` */
function detectorIn(graph: CheckedGraph, stages: ReadonlyMap<string, Stage>): Detector {
  const activityOf = (node: CheckedNode) => {
    const batch = Object.values(node.inputs).find(({ port }) => innermost(port).kind === 'activity')?.node
    const gathered = graph.nodes.find(({ id }) => id === batch)?.inputs
    const source = Object.values(gathered ?? {})[0]?.node
    return graph.nodes.find(({ id, stage }) => id === source && stage === 'activity')
  }
  for (const node of graph.nodes) {
    const port = innermost(node.out)
    const activity = port.kind === 'tokens' ? activityOf(node) : undefined
    const chain = activity && fromEncoder(graph, stages, node.id)?.map(({ id }) => id)
    if (activity && chain && port.kind === 'tokens')
      return { chain, port, settings: activity.parameters as unknown as EventSettings }
  }
  throw new Problem('no-frame-classifier', 'The graph has no frame classifier.', {
    hint: 'Train one: graphs/frame-events.yaml shows how. Classifiers of whole clips answer to ./earshot classify.',
  })
}

/** Lengths of the median that are tried, in moments, as far as they are shorter than a second. */
const MEDIANS = [1, 3, 5, 7, 9, 13, 17, 21]

interface Annotated {
  edges: readonly number[]
  logits: Float32Array
  known: readonly ClassEvent[]
}

/** The median and thresholds with the highest event-based F1, mean over classes; thresholds are fitted to moments. */
function tuned(clips: readonly Annotated[], classes: number, moment: number) {
  const targets = joined(clips.map(({ edges, known }) => heardIn(edges, known, classes)))
  const tried = MEDIANS.filter(length => length === 1 || length * moment < 1).map(median => {
    const filtered = clips.map(({ edges, logits }) => medianFiltered({ edges, classes, values: logits }, median))
    const thresholds = Array.from(
      fitThresholds({ logits: joined(filtered.map(({ values }) => values)), targets, classes }),
    )
    const counts = filtered.map((moments, at) =>
      eventCounts()(clips[at]!.known, eventsAbove(moments, thresholds), classes),
    )
    return { median, thresholds, score: fScores(counts).macro }
  })
  return tried.reduce((best, one) => (one.score > best.score ? one : best))
}

/** 1 where an event covers the middle of a moment: moments x classes. */
function heardIn(edges: readonly number[], known: readonly ClassEvent[], classes: number): Float32Array {
  const heard = new Float32Array((edges.length - 1) * classes)
  for (let moment = 0; moment < edges.length - 1; moment++) {
    const middle = (edges[moment]! + edges[moment + 1]!) / 2
    for (const { onset, offset, class: own } of known)
      if (middle >= onset && middle < offset) heard[moment * classes + own] = 1
  }
  return heard
}
