/** Of what a sweep makes before its jobs, that alone is made and demanded which the arms asked for need. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import test from 'ava'
import { armsOf, chosenArms } from '../../../pipelines/sweeps/arms.js'
import { makeBefore } from '../../../pipelines/sweeps/make-before.js'
import { stepsFor } from '../../../pipelines/sweeps/needs.js'
import { planSweep } from '../../../pipelines/sweeps/plan.js'
import { planText } from '../../../pipelines/sweeps/plan-text.js'
import { readSweepFile } from '../../../pipelines/sweeps/sweep-file.js'
import { earshot, scratchFolder } from '../../earshot.js'
import { smallConfig } from '../../small-config.js'

const { folder } = smallConfig('sweep needs', { steps: 3, every: 1 })
mkdirSync(join(folder, 'sweeps'))
writeFileSync(join(folder, 'pairs.yaml'), `folder: scenes/\${env:EARSHOT_NO_SUCH,pairs}\n`)
writeFileSync(join(folder, 'known.tsv'), 'file\tlabel\nsounds/c-truncated.flac\tthis\n')
writeFileSync(join(folder, 'taught.yaml'), 'extends: small.yaml\ndata: { set: pairs.yaml }\n')

function sweep(name: string, text: string): string {
  const file = join(folder, 'sweeps', `${name}.yaml`)
  writeFileSync(file, text)
  return file
}

/** The last names of what is made for some arms. */
async function neededBy(file: string, ...only: string[]): Promise<string[]> {
  const read = await readSweepFile(file)
  const { needed, spared } = await stepsFor(read, chosenArms(read, armsOf(read), only))
  if (needed.length + spared.length !== read.written.before.length) throw new Error('each is needed or spared')
  return needed.map(({ product }) => basename(product))
}

const CHAIN = `base: ../small.yaml
seeds: [0, 1]
before:
  - [scenes, ../pairs-scenes.yaml, -o, ../scenes/pairs]
  - [scenes, ../other-scenes.yaml, -o, ../scenes/other]
  - [train, ../taught.yaml, --run, ../runs/teacher-0]
  - [train, ../small.yaml, --run, ../runs/teacher-1, --set, train.seed=1]
  - [train, ../small.yaml, --run, ../runs/teacher, --set, data.set=../scenes/other]
  - [classify, ../runs/teacher-1, sounds, -o, ../runs/teacher-1/flags]
arms:
  plain: []
  both-seeds: [{ set: "train.from=../runs/teacher-\${train.seed}" }]
  one-seed: { edits: [{ set: "train.from=../runs/teacher-\${train.seed}" }], seeds: [0] }
  checkpoint: [{ set: train.from=../runs/teacher@best }]
  flagged: [{ set: data.set=../runs/teacher-1/flags/flagged.tsv }]
  all-scenes: [{ set: data.set=../scenes }]
`

test('an arm needs what its config names for each of its seeds, and what making that needs', async t => {
  const file = sweep('chain', CHAIN)
  t.deepEqual(await neededBy(file, 'plain'), [])
  t.deepEqual(await neededBy(file, 'both-seeds'), ['pairs', 'teacher-0', 'teacher-1'])
  t.deepEqual(await neededBy(file, 'one-seed'), ['pairs', 'teacher-0'])
  t.deepEqual(await neededBy(file, 'checkpoint'), ['other', 'teacher'])
  t.deepEqual(await neededBy(file, 'flagged'), ['teacher-1', 'flags'])
  t.deepEqual(await neededBy(file, 'all-scenes'), ['pairs', 'other'])
  t.deepEqual(await neededBy(file, 'checkpoint', 'one-seed'), ['pairs', 'other', 'teacher-0', 'teacher'])
})

test('every arm needs what an evaluation names, by its data set', async t => {
  const file = sweep('judged', `${CHAIN}evaluate: { pairs: { set: ../pairs.yaml, label: label } }\n`)
  t.deepEqual(await neededBy(file, 'plain'), ['pairs'])
})

test('sweeps that ship: arms from scratch need no encoder, a node that is left out no separator', async t => {
  const named = (name: string) => `configs/sweeps/${name}.yaml`
  t.deepEqual(await neededBy(named('pre-training'), 'crnn, scratch, 10 %'), [])
  const pretrained = await neededBy(named('pre-training'), 'crnn, pre-trained, 10 %')
  t.deepEqual(pretrained, ['crnn-0', 'crnn-1', 'crnn-2'])
  const gate = await neededBy(named('separated-scenes'), 'mixture-mixture', 'oracle')
  t.false(gate.includes('mixit-pool16k'))
  t.true((await neededBy(named('separated-scenes'), 'after 1 %')).includes('mixit-pool16k'))
  const masked = await neededBy(named('missing-labels-dose'), '20 % dropped, 6 % masked')
  t.deepEqual(
    masked.filter(product => product !== 'drums-pairs'),
    ['drop-20', 'flag-6'],
  )
})

const HALF = `base: ../taught.yaml
before:
  - [scenes, ../pairs-scenes.yaml, -o, ../scenes/pairs]
arms:
  own: [{ set: data.set=../sounds }]
  of-pairs: []
  amiss: [{ set: data.set=../sounds }, { without: nothing }]
against: of-pairs
claims:
  it helps: { better: own, than: of-pairs, on: [known], smallest: 0.1 }
evaluate: { known: { set: ../known.tsv, label: label } }
`

test('arms that are asked for are planned, whatever the others want, also where their base wants it', async t => {
  const file = sweep('half', HALF)
  const output = scratchFolder('needs')
  const plan = await planSweep(file, output, ['own'])
  t.deepEqual(
    plan.arms.map(({ name }) => name),
    ['own'],
  )
  t.regex(planText(plan, [], {}), /^Not made, as these arms do not need it: .*scenes\/pairs\.$/m)
  await t.notThrowsAsync(makeBefore(file, output, ['own'], new AbortController().signal))
  await t.throwsAsync(planSweep(file, output), { code: 'not-made', message: /scenes\/pairs/ })
  const error = await t.throwsAsync(planSweep(file, output, ['of-pairs', 'own']), { code: 'not-made' })
  t.like(error, { hint: `./earshot sweep run '${file}' --only of-pairs own makes that first.` })
  await t.throwsAsync(planSweep(file, output, ['own', 'amiss']), { message: /Arm 'amiss': .*nothing/s })
})

test('a name that no arm has is told before anything is made', async t => {
  const { code, error } = await earshot(['sweep', 'run', sweep('half', HALF), '--only', 'of-pair'])
  t.is(code, 1)
  t.regex(error, /has no arm 'of-pair'\. Did you mean 'of-pairs'\?/)
  t.notRegex(error, /Before the jobs/)
})

test('a plan of some arms lists those alone, and tells the power of their claims alone', async t => {
  const variance = { unit: 1, seed: 1, rest: 1 }
  const row = { evaluation: 'known', kind: 'arm', classifier: 'knn', metric: 'log-loss', variance }
  writeFileSync(join(folder, 'pilot.json'), JSON.stringify({ claims: [], summary: [row] }))
  const file = sweep('listed', `${HALF.replace('../taught', '../small')}pilot: ../pilot.json\n`)
  const planned = (...only: string[]) =>
    earshot(['sweep', 'plan', file, '--output', scratchFolder('needs'), '--only', ...only])
  const one = await planned('own')
  t.is(one.code, 0, one.error)
  t.regex(one.out, /1 arm of .*, 1 job\./)
  t.regex(one.out, /^Next: .* --only own$/m)
  t.notRegex(one.out, /^of-pairs|Expected power/m)
  t.regex((await planned('own', 'of-pairs')).out, /^it helps +known, log-loss/m)
})
