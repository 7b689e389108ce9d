/** What the probes of both systems say together: means over seeds, and their paired difference. */
import { judge } from '../../pipelines/sweeps/judge.js'
import type { SweepPlan, Test } from '../../pipelines/sweeps/plan.js'
import { readPredictions } from '../../pipelines/sweeps/predictions.js'
import type { Figure } from './tables.js'
import { SYSTEMS, type System } from './trial.js'

/** One training, and the results of its probes by name of the test. */
export interface Probed {
  system: System
  seed: number
  probes: Record<string, string>
}

/** A figure for each test and classifier, in balanced accuracy. */
export function figuresOf(plan: SweepPlan, tests: readonly Test[], probed: readonly Probed[]): Figure[] {
  const cells = probed.map(({ system, seed }) => ({ arm: system, seed, key: `${system} ${seed}` }))
  return tests.flatMap(test => {
    const files = new Map(probed.map(({ probes }, at) => [cells[at]!.key, [probes[test.name]!]]))
    const evidence = readPredictions(files)!
    const { summary } = judge({ ...plan, against: 'PyTorch' }, test, evidence, cells, () => 'done')
    const rows = summary.filter(({ metric }) => metric === 'balanced accuracy')
    return [...new Set(rows.map(({ classifier }) => classifier))].map((classifier): Figure => {
      const of = (system: System) => rows.find(row => row.arm === system && row.classifier === classifier)!
      const { difference, differenceInterval, verdict } = of('Earshot')
      return {
        name: `${test.name}, ${classifier}`,
        means: Object.fromEntries(SYSTEMS.map(system => [system, of(system).mean!])) as Record<System, number>,
        ...{ difference: difference!, interval: differenceInterval!, verdict: verdict! },
      }
    })
  })
}
