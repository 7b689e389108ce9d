/**
 * How often 95 % intervals of sweeps hold the truth, in studies whose truth is known.
 *
 *   node dist/bench/coverage.js [--studies 1000] [--json configs/results/coverage.json]
 *
 * Beside the intervals of sweeps (units and seeds as crossed random effects) stand two that were tried: a percentile
 * bootstrap of units and seeds, and sign-flips of the units, which take longer and get an eighth of the studies.
 */
import { parseArgs } from 'node:util'
import { writeWhole } from '../data/whole-file.js'
import { tableOfRows } from '../pipelines/reports/page-tables.js'
import { coverage, METHODS, type Scenario } from './coverage/simulation.js'

const SIZES = [
  [16, 5],
  [10, 5],
  [8, 3],
] as const
/** Kits lie to an arm or not, seeds come out well or not; then nothing of the kind, so that only clips vary. */
const DEVIATIONS = { 'kits and seeds': { unit: 0.2, seed: 0.1, rest: 0.1 }, clips: { unit: 0, seed: 0, rest: 0 } }
const [SCORES, EFFECTS] = [['log-loss', 'balanced accuracy'] as const, [0, 0.3] as const]

const { values } = parseArgs({ options: { studies: { type: 'string', default: '1000' }, json: { type: 'string' } } })
const studies = Number(values.studies)
const percent = (share: number) => (100 * share).toFixed(1)

const rows = []
for (const [varies, deviations] of Object.entries(DEVIATIONS))
  for (const [units, seeds] of SIZES)
    for (const score of SCORES)
      for (const effect of EFFECTS) {
        const scenario: Scenario = { units, seeds, score, effect, deviations }
        const shares = {
          ...coverage(scenario, studies, ['crossed effects']),
          ...coverage(scenario, Math.ceil(studies / 8), ['bootstrap', 'sign-flips']),
        }
        const about = { groups: units, seeds, score, effect: effect === 0 ? 'none' : `${effect} nats`, varies }
        const row = {
          ...about,
          ...Object.fromEntries(METHODS.map(method => [method, percent(shares[method].holds)])),
          'told from 0': percent(shares['crossed effects'].tells),
        }
        rows.push(row)
        process.stderr.write(`${Object.values(row).join('  ')}\n`)
      }
const error = (count: number) => percent(2 * Math.sqrt((0.95 * 0.05) / count))
const note = `Percent of ${studies} simulated studies (bootstrap and sign-flips: of ${Math.ceil(studies / 8)}) whose 95 % interval holds the true difference; two standard errors are ${error(studies)} (${error(Math.ceil(studies / 8))}). \`node dist/bench/coverage.js\`.`
process.stdout.write(`${tableOfRows(rows)}\n\n${note}\n`)
if (values.json) writeWhole(values.json, `${JSON.stringify({ rows, note }, null, 1)}\n`)
