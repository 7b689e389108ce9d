/** What is told of watched sounds, and by which figure the best checkpoint is chosen. */
import { percent } from '../terminal/numbers.js'
import type { TrainerThread } from './trainer-thread.js'

/** Balanced accuracies are means over the classes of the share of clips that were right; chance is 1 / classes. */
export interface WatchedEmbeddings {
  /** Balanced accuracy of the clip vote of the `k` nearest patches of other clips, or of other groups. */
  knn: number
  /** Balanced accuracy of ridge regression on clips' mean embeddings, each clip or group predicted by all others. */
  linear: number
  chance: number
  k: number
  clips: number
  patches: number
}

/** Of a classifier's own scores: macro and micro top-1, or, of clips of several labels, ranking measures. */
export type WatchedClasses = { clips: number; patches: number } & (
  | { balanced: number; accuracy: number; chance: number }
  | { map: number; dPrime: number; lwlrap: number }
)

export type Watched = WatchedEmbeddings | WatchedClasses

export interface Watching {
  /** With the weights that the thread has now. */
  evaluate(thread: TrainerThread): Promise<Watched>
}

/** The figure that is the better the larger it is. */
export function meritOf(watched: Watched): { name: string; value: number } {
  if ('knn' in watched) return { name: 'knn', value: watched.knn }
  return 'map' in watched ? { name: 'map', value: watched.map } : { name: 'balanced', value: watched.balanced }
}

/** For a line of progress: `kNN 61.2 %, linear 70.1 %`. */
export function watchedInWords(watched: Watched): string {
  if ('knn' in watched) return `kNN ${percent(watched.knn)}, linear ${percent(watched.linear)}`
  return 'map' in watched
    ? `mAP ${percent(watched.map)}`
    : `macro ${percent(watched.balanced)}, micro ${percent(watched.accuracy)}`
}
