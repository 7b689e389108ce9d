/** Before a sweep runs: how likely are its claims to be told from nothing, by what a pilot's differences vary? */
import { existsSync } from 'node:fs'
import { readJsonFile } from '../../data/json-file.js'
import { readClips } from '../../data/manifests.js'
import { mean } from '../statistics/mean.js'
import { type Components, powerOf, smallestTold } from '../statistics/two-level.js'
import { inPercent } from '../terminal/numbers.js'
import { textTable } from '../terminal/text-table.js'
import { type Metric, writing } from './metrics.js'
import type { SweepPlan } from './plan.js'
import type { SweepResults } from './results.js'

/** One claim on one evaluation. */
export interface ExpectedPower {
  claim: string
  evaluation: string
  units: number
  seeds: number
  metric: Metric
  /** The smallest difference worth knowing. */
  smallest: number
  /** How likely it is told. */
  power: number
  /** The smallest difference that is told four times in five. */
  told: number
}

/** Claims below this are said to be beyond the sweep. */
const ENOUGH = 0.8

/**
 * Of claims that say how small a difference is worth knowing, where the sweep names a pilot that has been run.
 *
 * @throws Problem if the pilot cannot be read
 */
export async function expectedPower(plan: SweepPlan): Promise<ExpectedPower[]> {
  if (plan.pilot === undefined || !existsSync(plan.pilot)) return []
  const pilot = readJsonFile(plan.pilot) as SweepResults
  const found: ExpectedPower[] = []
  for (const [claim, { better, than, on, smallest }] of Object.entries(plan.claims)) {
    const arms = [better, typeof than === 'object' && 'best' in than ? than.best : than].flat()
    if (smallest === undefined || !arms.every(arm => plan.arms.some(({ name }) => name === arm))) continue
    const seeds = sharedSeeds(plan, arms)
    for (const evaluation of on) {
      const variance = varianceIn(pilot, claim, evaluation)
      if (!variance) continue
      const { set, group } = plan.tests.find(({ name }) => name === evaluation)!
      const { clips } = await readClips(set)
      const units = group === undefined ? clips.length : new Set(clips.map(({ labels }) => labels[group])).size
      const { components, metric } = variance
      found.push({
        ...{ claim, evaluation, units, seeds, metric, smallest },
        power: powerOf(smallest, components, units, seeds),
        told: smallestTold(components, units, seeds),
      })
    }
  }
  return found
}

function sharedSeeds({ arms }: SweepPlan, names: readonly string[]): number {
  const [first, ...others] = arms
    .filter(({ name }) => names.includes(name))
    .map(({ jobs }) => new Set(jobs.map(({ seed }) => seed)))
  return [...first!].filter(seed => others.every(seeds => seeds.has(seed))).length
}

/** Of the same claim if the pilot had it, else the mean over its arms, in the metric that arms are compared by. */
function varianceIn({ claims, summary }: SweepResults, claim: string, evaluation: string) {
  const same = claims.find(row => row.claim === claim && row.evaluation === evaluation && row.variance)
  if (same) return { components: same.variance!, metric: same.metric }
  const own = summary.filter(row => row.evaluation === evaluation && row.kind === 'arm' && row.variance)
  const first = own.filter(({ classifier, metric }) => classifier === own[0]!.classifier && metric === own[0]!.metric)
  if (first.length === 0) return undefined
  const of = (part: keyof Components) => mean(first, ({ variance }) => variance![part])
  return { components: { unit: of('unit'), seed: of('seed'), rest: of('rest') }, metric: first[0]!.metric }
}

/** A table, and what cannot be resolved; nothing where nothing was asked. @param plan whose claims they are */
export function powerText(expected: readonly ExpectedPower[], { pilot }: Pick<SweepPlan, 'pilot'>): string {
  if (pilot !== undefined && !existsSync(pilot))
    return `Expected power: not known, as the pilot has not been run: there is no ${pilot}.`
  if (expected.length === 0) return ''
  const size = (metric: Metric, value: number) =>
    `${writing(metric).level(value)} ${metric === 'log-loss' ? 'nats' : '%'}`
  const rows = expected.map(({ claim, evaluation, units, seeds, metric, smallest, power, told }) => [
    ...[claim, `${evaluation}, ${metric}`, `${units} x ${seeds}`, size(metric, smallest), `${inPercent(power)} %`],
    size(metric, told),
  ])
  const head = ['claim', 'on', 'groups x seeds', 'worth knowing', 'told with', 'told with 80 %']
  const beyond = expected.filter(({ power }) => power < ENOUGH)
  const said = beyond.map(
    ({ claim, evaluation, power }) =>
      `'${claim}' on ${evaluation} will probably not be resolved: such a difference is told with ${inPercent(power)} %.`,
  )
  return ["Expected power, from the pilot's variance:", ...textTable([head, ...rows], { ruled: true }), ...said].join(
    '\n',
  )
}
