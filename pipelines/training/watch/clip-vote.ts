/** How the neighbours of a clip's patches name its class (Fonseca et al., ICASSP 2021, as their code counts votes). */
import { largest } from '../../statistics/mean.js'

export interface Votes {
  /** For each patch its `k` neighbours, numbers of patches, row-major. */
  neighbours: Int32Array
  k: number
  /** Clip of each patch, from 0. */
  clips: Int32Array
  /** Class of each clip. */
  labels: Int32Array
  classes: number
}

/**
 * The majority of a patch's neighbours names the patch, the majority of a clip's patches the clip; of equals the class
 * with the smaller number.
 *
 * @returns class of each clip
 */
export function clipVote({ neighbours, k, clips, labels, classes }: Votes): Int32Array {
  const ofClips = labels.length
  const ballots = new Int32Array(ofClips * classes)
  const votes = new Int32Array(classes)
  for (const [patch, clip] of clips.entries()) {
    votes.fill(0)
    for (const near of neighbours.subarray(patch * k, (patch + 1) * k)) votes[labels[clips[near]!]!]! += 1
    ballots[clip * classes + largest(votes)]! += 1
  }
  return Int32Array.from(labels, (_, clip) => largest(ballots.subarray(clip * classes, (clip + 1) * classes)))
}

/**
 * Neighbours that vote where nobody says how many: a third of the patches that a class has on average, at most 200, which
 * is what the paper takes for its some hundred patches a class.
 */
export function usualK(patches: number, classes: number): number {
  return Math.max(1, Math.min(200, Math.round(patches / (3 * classes))))
}
