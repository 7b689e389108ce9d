/** Results from probes that were written by hand: what is paired with what, what is said of what is missing. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { tableFromIPC } from 'apache-arrow'
import test from 'ava'
import { powerOf, smallestTold } from '../../../pipelines/statistics/two-level.js'
import { jobFolder } from '../../../pipelines/sweeps/job-folder.js'
import { type Job, type SweepPlan, testKey } from '../../../pipelines/sweeps/plan.js'
import { expectedPower, powerText } from '../../../pipelines/sweeps/power.js'
import { sweepResults } from '../../../pipelines/sweeps/results.js'
import { writeResults } from '../../../pipelines/sweeps/results-files.js'
import { resultsText } from '../../../pipelines/sweeps/results-text.js'
import { scratchFolder } from '../../earshot.js'

const CLIPS = Array.from({ length: 40 }, (_, at) => ({ clip: `c${at}`, label: `class ${at % 4}`, kit: `kit${at % 8}` }))

type Made = Record<string, Record<number, number | 'failed' | 'waiting'>>

/** A plan and its folders; a number is how many clips a run gets right, of those whose place modulo 10 is below it. */
function made(
  arms: Made,
  {
    group = 'kit',
    lost = -1,
    claims = {},
  }: { group?: string | null; lost?: number; claims?: SweepPlan['claims'] } = {},
): SweepPlan {
  const output = scratchFolder('results')
  const jobs = new Map<string, Job>()
  const plan: SweepPlan = {
    ...{ name: 'made', file: 'made.yaml', base: 'base.yaml', output, against: 'base', jobs, graphs: 1, spared: [] },
    arms: Object.entries(arms).map(([name, seeds]) => ({
      ...{ name, base: 'base.yaml', edits: [] },
      jobs: Object.keys(seeds).map(seed => ({ seed: Number(seed), key: `${name}-${seed}` })),
    })),
    tests: [
      {
        name: 'kits',
        set: '/kits.yaml',
        list: '',
        label: 'label',
        group: group ?? undefined,
        role: 'report',
        classifiers: ['knn'],
        hop: 0.48,
        baselines: 'against',
      },
    ],
    claims,
    budget: { 'jobs-at-once': 1, memory: 1e9 },
    ...{ executor: 'local', slurm: { options: [] } },
  }
  for (const [arm, seeds] of Object.entries(arms))
    for (const [text, outcome] of Object.entries(seeds)) {
      const seed = Number(text)
      const key = `${arm}-${seed}`
      const job: Job = { key, arm, seed, base: 'base.yaml', edits: [], steps: 1, reference: arm === 'base' }
      jobs.set(key, job)
      const folder = jobFolder(plan, key)
      if (outcome === 'failed') folder.write({ state: 'failed', reason: 'loss is NaN, at step 7' })
      if (typeof outcome !== 'number') continue
      folder.write({ state: 'done', seconds: 3 })
      const file = folder.probe(testKey(plan.tests[0]!, job))
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, probeJson(outcome, job.reference, group !== null, arm === 'base' ? -1 : lost))
    }
  return plan
}

function probeJson(rightOf10: number, baselines: boolean, grouped: boolean, lost: number): string {
  const clips = CLIPS.filter((_, at) => at !== lost)
  const answers = (right: number) =>
    clips.map(({ clip, label }) => (Number(clip.slice(1)) % 10 < right ? label : 'class 9'))
  const row = (name: string, right: number) => ({ name, kNN: answers(right) })
  return JSON.stringify({
    predictions: {
      clips: clips.map(({ clip }) => clip),
      labels: clips.map(({ label }) => label),
      ...(grouped && { units: clips.map(({ kit }) => kit) }),
      rows: [
        row('trained', rightOf10),
        ...(baselines ? [row('untrained encoder', 2)] : []),
        { name: 'chance: uniform guess' },
      ],
    },
  })
}

const balanced = (plan: SweepPlan, arm: string) =>
  sweepResults(plan).summary.find(row => row.arm === arm && row.metric === 'balanced accuracy')!

test('means over seeds, differences over the seeds that both have, and a verdict', t => {
  const plan = made({ base: { 0: 5, 1: 5, 2: 4 }, good: { 0: 8, 1: 8 }, bad: { 1: 2, 2: 2, 7: 10 }, lone: { 9: 5 } })
  const good = balanced(plan, 'good')
  t.is(good.mean, 0.8)
  t.deepEqual(good.differenceSeeds, [0, 1])
  t.true(Math.abs(good.difference! - 0.3) < 1e-12)
  t.is(good.verdict, 'better')
  const bad = balanced(plan, 'bad')
  t.deepEqual(
    [bad.seeds, bad.differenceSeeds],
    [
      [1, 2, 7],
      [1, 2],
    ],
  )
  t.true(Math.abs(bad.difference! + 0.25) < 1e-12)
  t.is(bad.verdict, 'not resolved') // two seeds that are ten points apart
  const { difference, verdict, mean } = balanced(plan, 'lone')
  t.deepEqual({ difference, verdict, mean }, { difference: null, verdict: null, mean: 0.5 })
  t.is(balanced(plan, 'base').difference, null)
})

/** A probe of several labels: clip 2 is ranked wrongly for `rain`, whose column comes first in the file. */
const SEVERAL = {
  predictions: {
    clips: ['c1', 'c2', 'c3', 'c4'],
    labels: [['dog'], ['dog', 'rain'], ['rain'], []],
    rows: [
      {
        name: 'trained',
        classes: ['rain', 'dog'],
        MLP: [
          [0.2, 0.9],
          [0.1, 0.8],
          [0.7, 0.3],
          [0.0, 0.1],
        ],
      },
      { name: 'chance: class frequency', classes: ['rain', 'dog'], MLP: Array(4).fill([0.5, 0.5]) },
    ],
  },
}

test('clips of several classes are judged by mAP, beside its chance', t => {
  const plan = made({ base: { 0: 5 } }, { group: null })
  const file = jobFolder(plan, 'base-0').probe(testKey(plan.tests[0]!, plan.jobs.get('base-0')!))
  writeFileSync(file, JSON.stringify(SEVERAL))
  const results = sweepResults(plan)
  t.is(results.evaluations[0]!.chance, 0.5) // two of four clips have each class
  const [map, lwlrap] = results.summary
  t.deepEqual([map!.metric, lwlrap!.metric], ['mAP', 'lwlrap'])
  // dog: 1; rain: precisions 1 and 2/3 at its two clips
  t.true(Math.abs(map!.mean! - (1 + (1 + 2 / 3) / 2) / 2) < 1e-12)
  t.is(lwlrap!.mean, 1)
  t.regex(
    resultsText(results),
    /kits \(report\): 4 clips, 2 classes; chance 50\.0 %[\s\S]*\| MLP +\| seeds +\| mAP {2}95 % +\| minus base {2}95 % \| verdict \| lwlrap/,
  )
})

test('baselines of the reference arm stand beside the arms', t => {
  const baseline = balanced(made({ base: { 0: 5, 1: 5 }, other: { 0: 5, 1: 5 } }), 'untrained encoder')
  t.deepEqual([baseline.kind, baseline.seeds, baseline.mean, baseline.verdict], ['baseline', [0, 1], 0.2, 'worse'])
})

test('what failed or waits is in every table', t => {
  const plan = made({ base: { 0: 5, 1: 5 }, other: { 0: 'failed', 1: 6 }, late: { 0: 'waiting' } })
  const results = sweepResults(plan)
  t.deepEqual(
    results.missing.map(({ arm, seed, state, reason }) => [arm, seed, state, reason]),
    [
      ['other', 0, 'failed', 'loss is NaN, at step 7'],
      ['late', 0, 'waiting', null],
    ],
  )
  const text = resultsText(results)
  t.regex(text, /\| other +\| 1 \(1 missing\) \|/)
  t.regex(text, /\| late +\| 0 \(1 missing\) \| - /)
  t.regex(
    text,
    /## Not there \(2\)\n\n- other, seed 0: failed: loss is NaN, at step 7 \(.*log\.txt\)\n- late, seed 0: waiting/,
  )
  const [csv, arrow] = writeResults(plan.output, results)
  t.regex(readFileSync(csv!, 'utf8'), /^other,arm,0,kits,report,,,,,,failed,"loss is NaN, at step 7",other-0$/m)
  const table = tableFromIPC(readFileSync(arrow!))
  const failed = table.toArray().find(row => row.state === 'failed')!
  t.deepEqual([failed.arm, failed.seed, failed.value, failed.reason], ['other', 0, null, 'loss is NaN, at step 7'])
  t.is(table.schema.metadata.get('earshot.against'), 'base')
  t.true(readFileSync(join(plan.output, 'results.md'), 'utf8').startsWith('# made\n\n## kits (report): 40 clips'))
})

test('one seed: the line below says that groups alone are drawn', t => {
  const one = resultsText(sweepResults(made({ base: { 0: 5 }, other: { 0: 6 } })))
  t.regex(one, /intervals: groups of 'kit' alone, as there is one seed,/)
  const two = resultsText(sweepResults(made({ base: { 0: 5, 1: 5 }, other: { 0: 6 } }, { group: null })))
  t.regex(two, /intervals: clips and seeds together \(of arms with one seed, clips alone\),/)
})

test('a clip that one run lacks is left out for all, and that is said', t => {
  const results = sweepResults(made({ base: { 0: 10 }, other: { 0: 10 } }, { lost: 3 }))
  t.deepEqual([results.evaluations[0]!.clips, results.evaluations[0]!.left], [39, 1])
  t.regex(resultsText(results), /1 clips that some runs lack are left out/)
})

test('nothing is done yet: the arms are there all the same', t => {
  const text = resultsText(sweepResults(made({ base: { 0: 'waiting' }, other: { 0: 'failed' } })))
  t.regex(text, /^## Not there \(2\)/)
})

test('a claim holds, fails or is not resolved, by the seeds that both sides have', t => {
  const on = ['kits']
  const claims = {
    'good is better': { better: 'good', than: 'base', on },
    'bad is better': { better: 'bad', than: ['base', 'good'], on },
    'base is better than itself': { better: 'base', than: 'base', on },
    'bad beats the best': { better: 'bad', than: { best: ['base', 'good', 'bad'], by: 'kits' }, on },
    'nothing is there': { better: 'late', than: 'base', on },
  }
  const arms: Made = { base: { 0: 5, 1: 5 }, good: { 0: 8, 1: 8, 2: 9 }, bad: { 1: 2 }, late: { 0: 'waiting' } }
  const results = sweepResults(made(arms, { claims }))
  t.deepEqual(
    results.claims.map(({ verdict, seeds, better, than }) => [verdict, seeds.join(), better, than]),
    [
      ['holds', '0,1', 'good', 'base'],
      ['fails', '1', 'bad', 'mean of base, good'],
      ['not resolved', '0,1', 'base', 'base'],
      ['fails', '1', 'bad', 'good (best of 3 on kits)'],
      [null, '', 'late', 'base'],
    ],
  )
  const differences = results.claims.map(({ difference }) => difference?.toFixed(4))
  t.deepEqual(differences, ['0.3000', '-0.4500', '0.0000', '-0.6000', undefined])
  t.regex(
    resultsText(results),
    /## Claims\n\n[\s\S]*\| good is better +\| good minus base +\| kits, kNN, balanced accuracy \| 2 /,
  )
})

test("a pilot's variance says what a claim can expect, and what is beyond the sweep", async t => {
  const arms: Made = { base: { 0: 5, 1: 5, 2: 4 }, good: { 0: 8, 1: 8, 2: 6 } }
  const on = ['kits']
  const claims = {
    'by much': { better: 'good', than: 'base', on, smallest: 0.9 },
    'by little': { better: 'good', than: ['base'], on, smallest: 0.001 },
    'not asked': { better: 'good', than: 'base', on },
  }
  const plan = made(arms, { claims })
  t.deepEqual(await expectedPower(plan), [])
  t.is(powerText([], plan), '')
  const early = { ...plan, pilot: join(plan.output, 'none.json') }
  t.regex(powerText(await expectedPower(early), early), /pilot has not been run: there is no .*none\.json/)
  const results = sweepResults(plan)
  const json = writeResults(plan.output, results).find(file => file.endsWith('.json'))!
  const set = join(plan.output, 'kits.tsv')
  writeFileSync(set, `file\tkit\n${CLIPS.map(({ clip, kit }) => `${clip}.wav\t${kit}`).join('\n')}\n`)
  for (const { clip } of CLIPS) writeFileSync(join(plan.output, `${clip}.wav`), '')
  const asked = { ...plan, pilot: json, tests: [{ ...plan.tests[0]!, set }] }
  const expected = await expectedPower(asked)
  t.deepEqual(
    expected.map(({ claim, units, seeds, metric }) => [claim, units, seeds, metric]),
    [
      ['by much', 8, 3, 'balanced accuracy'],
      ['by little', 8, 3, 'balanced accuracy'],
    ],
  )
  const components = results.claims[0]!.variance!
  t.is(expected[0]!.power, powerOf(0.9, components, 8, 3))
  t.is(expected[1]!.told, smallestTold(components, 8, 3))
  t.regex(powerText(expected, asked), /'by little' on kits will probably not be resolved/)
  t.notRegex(powerText(expected, asked), /'by much' on kits will/)
})

test('of a log-loss less is better, and arms are compared by it where all have it', t => {
  const claims = { 'good is better': { better: 'good', than: 'base', on: ['kits'] } }
  const plan = made({ base: { 0: 5, 1: 5 }, good: { 0: 5, 1: 5 } }, { claims })
  for (const [key, job] of plan.jobs) {
    const file = jobFolder(plan, key).probe(testKey(plan.tests[0]!, job))
    const probe = JSON.parse(readFileSync(file, 'utf8'))
    for (const row of probe.predictions.rows)
      row.losses = { kNN: CLIPS.map((_, at) => (job.arm === 'good' ? 1 : 1.5) + 0.01 * ((at * 7) % 5)) }
    writeFileSync(file, JSON.stringify(probe))
  }
  const results = sweepResults(plan)
  t.deepEqual([...new Set(results.summary.map(({ metric }) => metric))], ['log-loss', 'balanced accuracy', 'accuracy'])
  const [claim] = results.claims
  t.deepEqual([claim!.metric, claim!.verdict], ['log-loss', 'holds'])
  t.true(Math.abs(claim!.difference! + 0.5) < 1e-12)
  t.regex(
    resultsText(results),
    /\| good +\| 2 +\| 1\.0\d\d \[.*\] +\| -0\.500 \[-0\.500, -0\.500\] +\| better +\| 50\.0/,
  )
})
