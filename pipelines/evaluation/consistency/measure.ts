/** How far a trained encoder, and its classifier if it has one, agrees with itself when a sound is shifted a little. */
import { readClips } from '../../../data/manifests.js'
import { Problem } from '../../../data/problem.js'
import { Hearing } from '../../../graphs/inference/hearing.js'
import { inferenceGraph } from '../../../graphs/inference/inference-graph.js'
import type { CheckedGraph } from '../../../graphs/language/checked.js'
import type { Prepared } from '../../../graphs/streams/prepare.js'
import { loadStages } from '../../../stages/registry.js'
import { encoderIn } from '../../embeddings/encoder-layer.js'
import { readSounds } from '../../embeddings/read-sounds.js'
import { findCheckpoint } from '../../model/checkpoint.js'
import { startTrained } from '../../model/trainer-thread.js'
import { progress } from '../../terminal/progress.js'
import type { ClassifyOptions } from '../classification/classification.js'
import { type ClassifierHead, classifierHead } from '../classification/trained-classifier.js'
import { shiftedPatches } from './shifted-patches.js'
import { type Axis, SHIFTS, SPARE, withWider } from './shifts.js'
import { type ClipTally, figuresOf, type ShiftFigures, Tally } from './tally.js'

/** `layer` names an encoder, if there are several. */
export type ConsistencyOptions = Omit<ClassifyOptions, 'segment' | 'annotations'>

export interface Consistency {
  recipe: 'earshot-consistency/1'
  run: string
  sounds: string
  checkpoint: { step: number; sha256: string; graphHash: string; encoder: string }
  /** Absent without a classifier. */
  classifier?: { node: string; column: string; classes: readonly string[] }
  settings: { hop: number; shifts: readonly number[]; group?: string | undefined; frequency: string }
  clips: number
  patches: number
  /** Clips that cannot be read, or are shorter than a patch and the largest shift. */
  left: { clip: string; reason: string }[]
  /** Clips whose label is a class: on these recognition is measured, if it is all of them. */
  labelled: number
  figures: Record<Axis, ShiftFigures[]>
  /** What each clip had, in the order of the shifts; classes by name. */
  byClip: { clip: string; label?: string | undefined; group?: string | undefined; figures: ClipTally }[]
}

/**
 * @throws Problem as `embed` throws them; `no-usable-clips` if no clip is as long as a patch and the largest shift;
 * `missing-column` if the group is not there; the signal's reason once it is aborted
 */
export async function measureConsistency(options: ConsistencyOptions): Promise<Consistency> {
  const { run, sounds, layer, group, signal } = options
  const found = findCheckpoint(run)
  const { graph, statistics, step, sha256, graphHash } = found.checkpoint
  const stages = await loadStages(graph.stageFiles)
  const inference = inferenceGraph(graph, stages, encoderIn(layer))
  const head = classifierHead(graph, stages, inference.encoder)
  const wider = withWider(inference)
  const prepared = await prepare(options, wider.features)
  const time = new Hearing(inference, stages, prepared, statistics)
  const frequency = SHIFTS.map(shift => new Hearing(wider.shifted(shift), stages, prepared, statistics))
  const { usable, left } = longEnough(prepared, wider.mel, time.grid.length + SPARE)
  const hop = time.hop(options.hop)
  const thread = await startTrained(found)
  const tallies: ClipTally[] = []
  let patches = 0
  const bar = progress('shifted clips', usable.length)
  try {
    const tally = new Tally()
    for await (const patch of shiftedPatches(thread, { time, frequency }, head, usable, hop)) {
      signal?.throwIfAborted()
      patches++
      const clip = tally.add(patch)
      if (!clip) continue
      tallies.push(clip)
      bar.tick()
    }
  } finally {
    bar.done()
    await thread.close()
  }
  const clips = usable.map(at => prepared.clips[at]!)
  const labels = head && clips.map(({ labels }) => head.classes.indexOf(labels[head.column] ?? ''))
  const labelled = labels?.filter(label => label >= 0).length ?? 0
  const units = clips.map(({ id, labels }) => (group === undefined ? id : (labels[group] ?? id)))
  return {
    recipe: 'earshot-consistency/1',
    ...{ run, sounds },
    checkpoint: { step, sha256, graphHash, encoder: inference.encoder },
    ...(head && { classifier: { node: head.node, column: head.column, classes: head.classes } }),
    settings: {
      ...{ hop, shifts: SHIFTS, group },
      frequency: `in spectrograms of ${wider.bands + SPARE} bands in place of ${wider.bands}, over the same range of hertz`,
    },
    ...{ clips: clips.length, patches, left, labelled },
    figures: figuresOf(tallies, { labels: labelled === clips.length ? labels : undefined, units }),
    byClip: clips.map(({ id, labels }, at) => ({
      clip: id,
      ...(head && { label: labels[head.column] }),
      ...(group !== undefined && { group: labels[group] }),
      figures: tallies[at]!,
    })),
  }
}

async function prepare(
  { sounds, group, workers, cache, signal }: ConsistencyOptions,
  graph: CheckedGraph,
): Promise<Prepared> {
  const { clips, columns } = await readClips(sounds)
  if (group !== undefined && !columns.includes(group)) {
    throw new Problem('missing-column', `${sounds} has no column '${group}'.`, {
      hint: columns.length > 0 ? `Columns: ${columns.join(', ')}.` : 'It has no label columns.',
    })
  }
  return readSounds({ graph, clips, cacheFolder: cache, workers, signal })
}

function longEnough({ clips, nodes, skipped }: Prepared, mel: string, frames: number) {
  const left = skipped.map(({ clip, reason }) => ({ clip, reason }))
  const usable = [...clips.keys()].filter(at => {
    const has = nodes[mel]!.frames[at]!
    if (has >= frames) return true
    const reason = `${has} frames, and a patch with the largest shift takes ${frames}`
    left.push({ clip: clips[at]!.id, reason })
    return false
  })
  if (usable.length > 0) return { usable, left }
  const first = left[0]!
  throw new Problem('no-usable-clips', `None of ${left.length} clips can be used; ${first.clip}: ${first.reason}.`)
}

export type { ClassifierHead }
