/** A comparison of two runs for the terminal. */
import { drawDiffText } from '../../graphs/language/draw-diff.js'
import { inPercent, range, signed } from '../terminal/numbers.js'
import { textTable } from '../terminal/text-table.js'
import type { RunComparison } from './compare-runs.js'

export function comparisonText({ runs, config, graph, figures, probes }: RunComparison): string {
  const configRows = config.map(({ path, values }) => [path, ...values.map(value => value ?? 'not there')])
  const graphText = graph && graph.length > 0 ? drawDiffText(graph) : 'The graphs are the same.'
  const probeRows = probes.map(({ title, classifier, balanced, paired }) => [
    `${title} (${classifier})`,
    ...balanced.map(share => inPercent(share)),
    paired ? `${signed(paired.difference)} ${range(paired.interval, signed)}` : 'not of the same clips',
  ])
  return [
    config.length > 0 ? columns(['config', ...runs], configRows) : 'The configs are the same.',
    graph ? graphText : 'A graph cannot be read by this version of Earshot.',
    columns(
      ['figure', ...runs],
      figures.map(({ name, values }) => [name, ...values]),
    ),
    probeRows.length > 0
      ? `${columns(['balanced accuracy, %', ...runs, 'second minus first, 95 %'], probeRows)}\n\nDifferences are paired, clip by clip; an interval wholly above 0 says that the second run is better.`
      : 'They have no probe in common: embed the same sounds with both, and probe them.',
  ].join('\n\n')
}

function columns(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return textTable([head, ...rows], { ruled: true }).join('\n')
}
