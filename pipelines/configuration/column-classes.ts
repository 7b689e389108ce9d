/** The classes of label nodes that name none: those of their column. */
import { existsSync } from 'node:fs'
import { namesIn } from '../../data/label-cells.js'
import { readClips } from '../../data/manifests.js'
import { Problem } from '../../data/problem.js'
import type { CheckedGraph } from '../../graphs/language/checked.js'
import type { Edit } from '../../graphs/language/edits.js'
import type { DataSettings } from './sections.js'

/** More than anybody tells apart: numbers, or names of files. */
const MOST = 10_000

/**
 * Settings that name the classes, in alphabetical order; none where all are named, or the sounds are not on this machine.
 *
 * @throws Problem `not-classes` if the column has fewer than two values or too many; as `readClips`
 */
export async function classEdits({ graph, data }: { graph: CheckedGraph; data: DataSettings }): Promise<Edit[]> {
  const open = graph.nodes.filter(({ stage, parameters }) => stage === 'label' && parameters.classes === undefined)
  if (open.length === 0 || !existsSync(data.set)) return []
  const { clips } = await readClips(data.set, data)
  return open.map(({ id, parameters }) => {
    const { column, separator } = parameters as { column: string; separator?: string | undefined }
    const classes = [...new Set(clips.flatMap(({ labels }) => namesIn(labels[column], separator)))].sort()
    if (classes.length < 2 || classes.length > MOST)
      throw new Problem(
        'not-classes',
        `The column '${column}' has ${classes.length} values: node '${id}' needs 2 at least.`,
        {
          hint: 'Name another column at the label node, or its classes.',
        },
      )
    return { set: `nodes.${id}.classes=${JSON.stringify(classes)}` }
  })
}
