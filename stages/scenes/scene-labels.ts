import { z } from 'zod'
import { namesIn } from '../../data/label-cells.js'
import { Problem } from '../../data/problem.js'
import { labelSettings } from '../audio/label.js'
import { channels, describeStage, excerpt } from '../contract.js'
import type { Clip } from '../values.js'
import { clipsOf } from './scene-clips.js'

/** What can be heard in a scene that was composed on the fly, as numbers: supervision for mixtures nobody labelled. */
export default describeStage({
  runsIn: 'item',
  name: 'scene-labels',
  summary: 'Labels of the events of a scene: 1 at each class that one of them has, 0 elsewhere.',
  parameters: z.strictObject({
    ...labelSettings,
    separator: z.string().min(1).optional().describe('between several labels of a clip'),
  }),
  in: { from: channels(excerpt) },
  out: (_, { classes }) => ({ kind: 'label', classes: classes.length }),
  labels: ({ column, classes, separator }) => [{ column, values: classes, separator }],
  work:
    parameters =>
    ({ from }) => {
      const events = clipsOf(from)
      if (events) return labelsOf(events, parameters)
      throw new Problem('no-scene', 'These channels are not the stems that a scene gives.', {
        hint: 'scene-labels reads the node of the scene itself, before anything is done to its stems.',
      })
    },
})

/**
 * Labels that are no class count for nothing.
 *
 * @returns a number a class, 1 where a clip has it
 * @throws Problem `not-a-class` if none of the clips has one
 */
export function labelsOf(
  clips: readonly Clip[],
  { column, classes, separator }: { column: string; classes: readonly string[]; separator?: string | undefined },
): Float32Array {
  const heard = new Set(clips.flatMap(({ labels }) => namesIn(labels[column], separator)))
  const numbers = Float32Array.from(classes, name => (heard.has(name) ? 1 : 0))
  if (numbers.includes(1)) return numbers
  const there = [...heard].join(', ') || 'none'
  throw new Problem('not-a-class', `No event of the scene is of one of the classes; their labels: ${there}.`)
}
