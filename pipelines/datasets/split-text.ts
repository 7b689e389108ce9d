import { percent } from '../terminal/numbers.js'
import { textTable } from '../terminal/text-table.js'
import type { SplitReport } from './split-set.js'

/** Classes that are named as lacking; the others are counted. */
const NAMED = 6

/** A table of the parts, and what their clips have to do with each other. */
export function splitText({ parts, contamination }: SplitReport): string {
  const total = parts.reduce((sum, { clips }) => sum + clips, 0)
  const rows = [
    ['part', 'clips', 'share', 'groups', 'classes', 'class shares off by'],
    ...parts.map(({ name, clips, groups, classes, deviation }) => [
      ...[name, `${clips}`, percent(clips / total), `${groups}`, `${classes}`, percent(deviation)],
    ]),
  ]
  const lines = textTable(rows, { right: [1, 2, 3, 4, 5] })
  for (const { name, lacking } of parts) {
    if (lacking.length === 0) continue
    const more = lacking.length > NAMED ? ` and ${lacking.length - NAMED} more` : ''
    lines.push(`${name} has no clip of ${lacking.slice(0, NAMED).join(', ')}${more}`)
  }
  if (contamination) {
    const { within, between } = contamination
    lines.push(
      `within-class contamination:  ${within} clips (${percent(within / total)}) have one of their group and class elsewhere`,
    )
    lines.push(
      `between-class contamination: ${between} clips (${percent(between / total)}) have one of their group only elsewhere`,
    )
  }
  return lines.join('\n')
}
