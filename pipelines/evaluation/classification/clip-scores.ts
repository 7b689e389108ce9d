/** What a classifier says about clips: the mean over a clip's patches of its probabilities (Fonseca et al., 2021). */
import type { Hearing } from '../../../graphs/inference/hearing.js'
import type { Prepared } from '../../../graphs/streams/prepare.js'
import { encodePatches } from '../../embeddings/encode.js'
import type { EncoderThread } from '../../model/trainer-thread.js'
import type { Matrix } from '../../statistics/products.js'
import { heard } from '../consistency/shifted-patches.js'
import { classesOf, type TrainedClassifier, toProbabilities } from './trained-classifier.js'

export interface ClipScores {
  /** Clips x classes, probabilities. */
  scores: Matrix
  /** Class numbers of each clip; none where it is unlabelled. */
  sets: number[][]
  /**
   * Mean over a clip's patches of the L_q loss of its label (q 0.7), by which training sets are pruned (Fonseca et al.,
   * WASPAA 2019); NaN where the clip has no class.
   */
  losses: Float64Array
  patches: number
}

export interface Scoring {
  thread: EncoderThread
  hearing: Hearing
  classifier: TrainedClassifier
  prepared: Prepared
  /** Seconds from one patch to the next. */
  hop: number
  signal?: AbortSignal | undefined
  onClip?: () => void
}

/** With the weights that the thread has now, in evaluation mode. @throws the signal's reason once it is aborted */
export async function clipScores(scoring: Scoring): Promise<ClipScores> {
  const { thread, hearing, classifier, prepared, hop, signal, onClip } = scoring
  const count = prepared.clips.length
  const columns = classifier.size
  const sets = prepared.clips.map(({ labels }) => classesOf(labels[classifier.column], classifier))
  const values = new Float64Array(count * columns)
  const losses = new Float64Array(count).fill(Number.NaN)
  const patchesOf = new Uint32Array(count)
  let patches = 0
  const stream = heard(thread, classifier, encodePatches(thread, hearing, prepared.clips.keys(), { hop }))
  for await (const { clip: key, last, logits } of stream) {
    signal?.throwIfAborted()
    const found = toProbabilities(logits!, classifier.outputs)
    for (let at = 0; at < columns; at++) values[key * columns + at]! += found[at]!
    const own = sets[key]!
    if (own.length > 0) losses[key] = (losses[key] || 0) + lqLoss(own.reduce((sum, at) => sum + found[at]!, 0))
    patchesOf[key]! += 1
    patches++
    if (last) onClip?.()
  }
  for (let clip = 0; clip < count; clip++) {
    losses[clip]! /= patchesOf[clip]!
    for (let at = 0; at < columns; at++) values[clip * columns + at]! /= patchesOf[clip]!
  }
  return { scores: { rows: count, columns, values }, sets, losses, patches }
}

const Q = 0.7

/** (1 - p^q) / q (Zhang and Sabuncu, NeurIPS 2018, equation 6). */
const lqLoss = (probability: number) => (1 - Math.min(1, probability) ** Q) / Q
