/** Two runs beside each other: what their configs, their graphs and their figures differ in. */
import { problemsIn } from '../../data/problem.js'
import { diffGraphs, drawDiffText, type NodeDiff } from '../../graphs/drawing/diff.js'
import type { CheckedGraph } from '../../graphs/language/checked.js'
import { readGraph } from '../../graphs/language/read-graph.js'
import { sections } from '../configuration/sections.js'
import { type Interval, interval, resampledScores, score } from '../statistics/scores.js'
import { inPercent, percent, range, signed } from '../terminal/numbers.js'
import { textTable } from '../terminal/text-table.js'
import { configValues } from './config-table.js'
import { type ProbeFile, probeTitle } from './probe-file.js'
import { type RunRecord, readRun, waitedShare } from './run-record.js'

export interface RunComparison {
  runs: [string, string]
  /** Values that differ, by path; absent where a run does not have it. */
  config: { path: string; values: [string | undefined, string | undefined] }[]
  /** Nodes that differ; absent where a graph cannot be read by this version. */
  graph?: NodeDiff[]
  /** Name of a figure, as text. */
  figures: { name: string; values: [string, string] }[]
  probes: PairedProbe[]
}

export interface PairedProbe {
  title: string
  classifier: string
  /** Balanced accuracy of each. */
  balanced: [number, number]
  /** Second minus first on the same clips; absent where the clips, labels or groups are not the same. */
  paired?: { difference: number; interval: Interval }
}

/** @throws Problem if one is not a run folder */
export async function compareRuns(first: string, second: string): Promise<RunComparison> {
  const records = [readRun(first), readRun(second)] as const
  const graphs = await Promise.all([graphOf(first), graphOf(second)])
  return {
    runs: [first, second],
    config: configDifference(records[0].config, records[1].config),
    ...(graphs[0] &&
      graphs[1] && { graph: diffGraphs(graphs[0], graphs[1]).filter(({ change }) => change !== 'same') }),
    figures: figuresOf(records),
    probes: records[0].probes.flatMap(probe => {
      const other = records[1].probes.find(other => probeTitle(other) === probeTitle(probe))
      return other ? pairedProbes(probe, other) : []
    }),
  }
}

async function graphOf(path: string): Promise<CheckedGraph | undefined> {
  try {
    return (await readGraph(`${path}/run.yaml`, { sections })).graph
  } catch (error) {
    if (problemsIn(error)) return undefined
    throw error
  }
}

function configDifference(one: string, other: string): RunComparison['config'] {
  const [before, after] = [one, other].map(text => new Map(configValues(text).map(({ path, value }) => [path, value])))
  const paths = [...new Set([...before!.keys(), ...after!.keys()])]
  return paths
    .map(path => ({ path, values: [before!.get(path), after!.get(path)] as [string?, string?] }))
    .filter(({ values: [was, is] }) => was !== is) as RunComparison['config']
}

function figuresOf(records: readonly [RunRecord, RunRecord]): RunComparison['figures'] {
  const rows: [string, (record: RunRecord) => string | undefined][] = [
    ['state', ({ status }) => status.state],
    ['steps', ({ status, metrics }) => (status.step ?? metrics.at(-1)?.step)?.toString()],
    ['seconds a step', ({ status }) => status.secondsPerStep?.toFixed(3)],
    ['waiting for data', ({ status, timings }) => shareInWords(status.waitedShare ?? waitedShare(timings))],
    ['gradient norm', ({ metrics }) => metrics.at(-1)?.gradientNorm?.toFixed(3)],
  ]
  const losses = new Set(records.flatMap(({ metrics }) => Object.keys(metrics.at(-1)?.losses ?? {})))
  for (const id of losses) rows.push([`loss ${id} (chance)`, ({ metrics }) => lossInWords(metrics.at(-1), id)])
  return rows.map(([name, of]) => ({ name, values: [of(records[0]) ?? '', of(records[1]) ?? ''] }))
}

const shareInWords = (share: number | undefined) => (share === undefined ? undefined : percent(share))

function lossInWords(line: RunRecord['metrics'][number] | undefined, id: string): string | undefined {
  const [loss, chance] = [line?.losses[id], line?.chance[id]]
  return loss === undefined ? undefined : `${loss.toFixed(3)}${chance === undefined ? '' : ` (${chance.toFixed(3)})`}`
}

/** From the predictions that were saved: nothing is trained again. */
function pairedProbes(one: ProbeFile, other: ProbeFile): PairedProbe[] {
  const [first, second] = [one.rows[0]!, other.rows[0]!]
  return Object.keys(first.figures).flatMap(classifier => {
    const figure = second.figures[classifier]
    if (!figure) return []
    const paired = pairedDifference(one, other, classifier)
    return {
      title: probeTitle(one),
      classifier,
      balanced: [first.figures[classifier]!.balanced, figure.balanced] as [number, number],
      ...(paired && { paired }),
    }
  })
}

function pairedDifference(one: ProbeFile, other: ProbeFile, classifier: string): PairedProbe['paired'] {
  const { clips, labels, units } = one.predictions
  const place = new Map(other.predictions.clips.map((clip, at) => [clip, at]))
  const same = clips.every((clip, at) => other.predictions.labels[place.get(clip) ?? -1] === labels[at])
  const [mine, theirs] = [one, other].map(({ predictions }) => predictions.rows[0]?.[classifier])
  if (!same || clips.length !== other.predictions.clips.length || !Array.isArray(mine) || !Array.isArray(theirs))
    return undefined
  const numbers = new Map([...new Set(labels)].map((label, number) => [label, number]))
  const truth = labels.map(label => numbers.get(label)!)
  const right = [
    labels.map((label, at) => Number(mine[at] === label)),
    labels.map((label, at) => Number(theirs[place.get(clips[at]!)!] === label)),
  ]
  const drawn = resampledScores(truth, units ?? clips, right, { seed: one.options.seed })
  const [before, after] = right.map(hits => score(truth, hits).balanced)
  return {
    difference: after! - before!,
    interval: interval(drawn[1]!.map(({ balanced }, draw) => balanced - drawn[0]![draw]!.balanced)),
  }
}

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
