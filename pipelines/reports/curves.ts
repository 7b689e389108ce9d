/** How a training went: losses beside their chance levels, learning rate, collapse, gradients. */
import { lineChart, type Series } from '../drawing/chart.js'
import { card, cards, sentence } from '../drawing/page.js'
import type { MetricLine, RunRecord } from './run-record.js'

const over = (metrics: readonly MetricLine[], of: (line: MetricLine) => number | undefined) =>
  metrics.map(line => ({ x: line.step, y: of(line) ?? Number.NaN }))

/** Cards of charts, HTML. */
export function curves({ metrics }: Pick<RunRecord, 'metrics'>): string {
  if (metrics.length === 0) return sentence('No step has been logged: metrics.jsonl is empty or not there.')
  return cards([...lossCards(metrics), rateCard(metrics), ...collapseCards(metrics), ...gradientCards(metrics)])
}

function lossCards(metrics: readonly MetricLine[]): string[] {
  const last = metrics.at(-1)!
  return Object.entries(last.losses).map(([id, loss]) => {
    const chance = last.chance[id]
    const series: Series[] = [{ name: id, points: over(metrics, line => line.losses[id]), colour: 0 }]
    if (chance !== undefined)
      series.push({ name: 'chance', points: over(metrics, line => line.chance[id]), dashed: true, colour: 6 })
    const note = `At step ${last.step}: ${loss.toFixed(3)}${chance === undefined ? '' : `; an encoder that tells nothing apart gets ${chance.toFixed(3)}`}.`
    const title = `Loss ${id}`
    return card(title, lineChart({ title, x: 'step', y: 'loss', series }), note)
  })
}

function rateCard(metrics: readonly MetricLine[]): string {
  const points = over(metrics, line => line.learningRate)
  const options = {
    title: 'Learning rate',
    x: 'step',
    y: 'learning rate',
    series: [{ name: 'rate', points }],
    include: [0],
  }
  return card('Learning rate', lineChart(options))
}

function collapseCards(metrics: readonly MetricLine[]): string[] {
  const nodes = Object.keys(metrics.at(-1)!.collapse ?? {})
  if (nodes.length === 0) return []
  const deviations = nodes.flatMap((id, at): Series[] => [
    { name: id, points: over(metrics, line => line.collapse?.[id]?.deviation), colour: at },
    {
      name: `${id}, if spread evenly`,
      points: over(metrics, line => line.collapse?.[id]?.healthy),
      dashed: true,
      colour: at,
    },
  ])
  const ranks = nodes.map(id => ({ name: id, points: over(metrics, line => line.collapse?.[id]?.rank) }))
  const collapsed = 'Near 0 all clips have the same embedding: the encoder has collapsed.'
  const common = { x: 'step', include: [0] }
  return [
    card(
      'Spread of embeddings',
      lineChart({ ...common, title: 'Spread of embeddings', y: 'standard deviation', series: deviations }),
      `Of L2-normalised embeddings over a batch, mean over dimensions. ${collapsed}`,
    ),
    card(
      'Effective rank',
      lineChart({ ...common, title: 'Effective rank', y: 'dimensions', series: ranks }),
      'How many directions the embeddings of a batch make use of; 1: all alike.',
    ),
  ]
}

function gradientCards(metrics: readonly MetricLine[]): string[] {
  const found: string[] = []
  const norms: Series[] = [{ name: 'all weights', points: over(metrics, line => line.gradientNorm) }]
  // each head's own gradient is not measured at every step
  const last = metrics.findLast(({ headGradientNorm }) => headGradientNorm)
  for (const id of Object.keys(last?.headGradientNorm ?? {}))
    norms.push({ name: `encoder, from ${id}`, points: over(metrics, line => line.headGradientNorm?.[id]) })
  if (norms.some(({ points }) => points.some(({ y }) => Number.isFinite(y)))) {
    const title = 'Gradient norms'
    found.push(card(title, lineChart({ title, x: 'step', y: 'L2 norm', series: norms, include: [0] })))
  }
  const pairs = last?.headGradientCosine ?? []
  if (pairs.length > 0) {
    const series = pairs.map(({ heads }, at) => ({
      name: heads.join(' and '),
      points: over(metrics, line => line.headGradientCosine?.[at]?.cosine),
    }))
    const title = 'Do the heads pull the same way?'
    const note = 'Between the gradients that two losses give to the encoder. Below 0 they pull against each other.'
    found.push(card(title, lineChart({ title, x: 'step', y: 'cosine', series, include: [-1, 0, 1] }), note))
  }
  return found
}
