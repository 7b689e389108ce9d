/** How much a classifier gets right of labelled sounds kept for development, seen while it trains. */
import { Problem } from '../../../data/problem.js'
import { Hearing } from '../../../graphs/inference/hearing.js'
import type { InferenceGraph } from '../../../graphs/inference/inference-graph.js'
import type { Prepared } from '../../../graphs/streams/prepare.js'
import type { Config } from '../../configuration/config.js'
import type { WatchSettings } from '../../configuration/sections.js'
import { classFigures } from '../../evaluation/classification/class-figures.js'
import { clipScores } from '../../evaluation/classification/clip-scores.js'
import {
  classesOf,
  type TrainedClassifier,
  trainedClassifier,
} from '../../evaluation/classification/trained-classifier.js'
import type { TrainerThread } from '../../model/trainer-thread.js'
import type { WatchedClasses, Watching } from '../../model/watched.js'

export class ClassWatch implements Watching {
  readonly #classifier: TrainedClassifier
  readonly #labelled: Prepared
  readonly #hearing: Hearing

  /**
   * @param prepared the watched sounds, whose labels may stand in another column than those of training; those without one of the classifier's classes are left out
   * @param statistics of the training clips
   * @throws Problem `no-labels` if none is left
   */
  constructor(
    { graph, stages }: Pick<Config, 'graph' | 'stages'>,
    inference: InferenceGraph,
    prepared: Prepared,
    statistics: Prepared['statistics'],
    { set, label }: WatchSettings,
  ) {
    this.#classifier = { ...trainedClassifier(graph, stages, inference.encoder), column: label }
    this.#labelled = labelledOnly(prepared, this.#classifier, set)
    this.#hearing = new Hearing(inference, stages, this.#labelled, statistics)
  }

  async evaluate(thread: TrainerThread): Promise<WatchedClasses> {
    const classifier = this.#classifier
    const hearing = this.#hearing
    const hop = hearing.halfOverlapping
    const { scores, sets, patches } = await clipScores({ thread, hearing, classifier, prepared: this.#labelled, hop })
    const exclusive = classifier.outputs === 'softmax'
    const { figures } = classFigures(scores, { classes: classifier.size, sets, exclusive })
    const values = Object.fromEntries(Object.entries(figures).map(([name, { value }]) => [name, value]))
    const chance = exclusive ? { chance: 1 / classifier.size } : {}
    return { ...values, ...chance, clips: sets.length, patches } as WatchedClasses
  }
}

function labelledOnly(prepared: Prepared, classifier: TrainedClassifier, set: string): Prepared {
  const rows = [...prepared.clips.keys()].filter(
    row => classesOf(prepared.clips[row]!.labels[classifier.column], classifier).length > 0,
  )
  if (rows.length === 0)
    throw new Problem('no-labels', `No clip of ${set} has one of the classes of '${classifier.node}'.`, {
      hint: `They are looked for in the column '${classifier.column}': ${classifier.classes.slice(0, 5).join(', ')}${classifier.classes.length > 5 ? ', ...' : ''}.`,
    })
  const some = <Value>(values: readonly Value[]) => rows.map(row => values[row]!)
  const nodes = Object.entries(prepared.nodes).map(([id, { keys, frames, seconds }]) => [
    id,
    { keys: some(keys), frames: some(frames), seconds: some(seconds) },
  ])
  return { ...prepared, clips: some(prepared.clips), nodes: Object.fromEntries(nodes) }
}
