/** Where the time went: steps and waiting, throughput, who was busy. */
import * as Plot from '@observablehq/plot'
import { chart, colour, lineChart } from '../drawing/chart.js'
import { card, cards, sentence } from '../drawing/page.js'
import { percent } from '../terminal/numbers.js'
import { type RunRecord, waitedShare } from './run-record.js'

export function times({ status, timings, streams }: Pick<RunRecord, 'status' | 'timings' | 'streams'>): string {
  if (timings.length === 0) return sentence('No times have been logged: timings.jsonl is empty or not there.')
  const share = waitedShare(timings)
  const said = [
    status.bottleneck,
    share === undefined ? undefined : `Of the time of the logged steps, ${percent(share)} went by in waiting for data.`,
    streams.length === 0 ? 'streams.jsonl is not there: nothing is known of what the streams did.' : undefined,
  ]
  const seconds = [
    { name: 'step', points: timings.map(({ step, seconds }) => ({ x: step, y: seconds })) },
    { name: 'waiting before it', points: timings.slice(1).map(({ step, waited }) => ({ x: step, y: waited })) },
  ]
  const found = [
    card('Time a step', lineChart({ title: 'Time a step', x: 'step', y: 'seconds', series: seconds, include: [0] })),
  ]
  if (streams.length > 1) {
    const points = streams.map(({ step, rate }) => ({ x: step, y: rate }))
    const series = [{ name: 'clips', points }]
    const options = { title: 'Throughput', x: 'step', y: 'clips / s', series, include: [0] }
    found.push(card('Throughput', lineChart(options), 'Clips that left in batches, since training began or went on.'))
  }
  const busy = busyCard(streams)
  return `${said
    .filter(text => text !== undefined)
    .map(sentence)
    .join('')}${cards(busy ? [...found, busy] : found)}`
}

function busyCard(streams: RunRecord['streams']): string | undefined {
  const spent = Object.entries(streams.at(-1)?.busy ?? {})
    .map(([node, seconds]) => ({ node, seconds }))
    .sort((one, other) => other.seconds - one.seconds)
    .slice(0, 10)
  if (spent.length === 0) return undefined
  const drawing = chart('Seconds of work by node', {
    height: 70 + 24 * spent.length,
    marginLeft: Math.min(150, 20 + 7 * Math.max(...spent.map(({ node }) => node.length))),
    x: { label: 'seconds of work, over all threads', grid: true, ticks: 4 },
    y: { label: null, domain: spent.map(({ node }) => node) },
    marks: [
      Plot.barX(spent, { x: 'seconds', y: 'node', fill: colour(0), insetTop: 3, insetBottom: 3 }),
      Plot.ruleX([0]),
    ],
  })
  return card('Work of the views', drawing, 'In the pool, by node of the graph.')
}
