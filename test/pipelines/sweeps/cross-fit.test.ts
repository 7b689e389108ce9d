/** Cross-fitting: every group is tested once, by a run that never heard it, and the folds are judged as one. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import test from 'ava'
import { readClips } from '../../../data/manifests.js'
import { jobFolder, orderOf } from '../../../pipelines/sweeps/job-folder.js'
import { planSweep } from '../../../pipelines/sweeps/plan.js'
import { cellsOf, sweepResults } from '../../../pipelines/sweeps/results.js'
import { supervised } from '../evaluation/classification/supervised.js'

test('each seed is trained once a fold, and tested on the groups that fold leaves out', async t => {
  const made = supervised('cross-fit', 3)
  const sound = (await readClips(made.set)).clips[0]!.path
  const rows = Array.from({ length: 24 }, (_, at) => `${sound}#${at}\t${at}\t${at + 1}\t${'ab'[at % 2]}\tkit${at % 6}`)
  writeFileSync(
    join(made.folder, 'kits.tsv'),
    `file\tstart\tend\tlabel\tkit\n${rows.map(row => row.replace(/#\d+/, '')).join('\n')}\n`,
  )
  const file = join(made.folder, 'sweep.yaml')
  const write = (folds: number, evaluation: string) =>
    writeFileSync(
      file,
      `name: crossed
base: supervised.yaml
edits: [{ set: "nodes.label.classes=[a, b]" }]
seeds: [0, 1]
arms: { base: [], hot: [{ set: train.schedule.learning-rate=0.5 }] }
claims: { heat helps: { better: hot, than: base, on: [kits] } }
cross-fit: { set: kits.tsv, label: label, group: kit, folds: ${folds} }
evaluate: { kits: ${evaluation} }
`,
    )
  write(3, '{ label: label, group: kit, classifiers: [own] }')
  const plan = await planSweep(file, join(made.folder, 'out'))
  t.is(plan.jobs.size, 2 * 2 * 3)
  t.deepEqual(
    cellsOf(plan).map(({ arm, seed, key }) => [arm, seed, key.split('+').length]),
    [
      ['base', 0, 3],
      ['base', 1, 3],
      ['hot', 0, 3],
      ['hot', 1, 3],
    ],
  )
  const kitsOf = async (set: string) => new Set((await readClips(set)).clips.map(({ labels }) => labels.kit!))
  const tested: string[] = []
  const [test0] = plan.tests
  for (const { heldOut } of plan.arms[0]!.jobs.filter(({ seed }) => seed === 0)) {
    const [training, held] = [await kitsOf(heldOut!.training), await kitsOf(heldOut!.test)]
    t.is(training.size, 4)
    t.false([...held].some(kit => training.has(kit)))
    tested.push(...held)
  }
  t.deepEqual(tested.sort(), ['kit0', 'kit1', 'kit2', 'kit3', 'kit4', 'kit5'])

  // what three folds say is one run's word on all 24 clips
  for (const job of plan.jobs.values()) {
    const order = orderOf(plan, job)
    t.true(order.edits.some(edit => 'set' in edit && edit.set.includes(job.heldOut!.training)))
    t.is(order.tests[0]!.set, job.heldOut!.test)
    const { clips } = await readClips(job.heldOut!.test)
    const folder = jobFolder(plan, job.key)
    folder.write({ state: 'done', seconds: 1 })
    const probe = folder.probe(order.tests[0]!.key)
    mkdirSync(dirname(probe), { recursive: true })
    const labels = clips.map(({ labels }) => labels.label!)
    const said = labels.map((label, at) => (job.arm === 'hot' || at % 2 ? label : 'neither'))
    const predictions = {
      clips: clips.map(({ id }) => id),
      labels,
      units: clips.map(({ labels }) => labels.kit),
      rows: [{ name: 'trained', 'own classifier': said, losses: { 'own classifier': labels.map(() => 0.5) } }],
    }
    writeFileSync(probe, JSON.stringify({ predictions }))
  }
  const { evaluations, summary, missing, claims } = sweepResults(plan)
  t.deepEqual(missing, [])
  t.like(evaluations[0], { clips: 24, units: 6, left: 0 })
  const accuracy = summary.filter(({ metric }) => metric === 'accuracy').map(({ mean }) => mean)
  t.deepEqual(accuracy, [0.5, 1])
  t.deepEqual([claims[0]!.metric, claims[0]!.seeds], ['log-loss', [0, 1]])
  t.is(test0!.heldOut, true)

  write(7, '{ label: label, group: kit, classifiers: [own] }')
  await t.throwsAsync(planSweep(file), { message: /has 6 groups of 'kit', too few for 7 folds/ })
})
