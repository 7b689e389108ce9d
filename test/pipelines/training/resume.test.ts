/** A run goes on only as the same run: what differs is said, and what was damaged is seen. */
import { cpSync, existsSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { earshot } from '../../earshot.js'
import { smallConfig } from '../../small-config.js'

const config = smallConfig('going on', { steps: 4, every: 2 })
const whole = join(config.folder, 'whole')

test.before(async t => {
  const { code, error } = await earshot(['train', config.config, '--run', whole], config.cache)
  t.is(code, 0, error)
})

/** A copy of the trained run. */
function copied(name: string): string {
  const run = join(config.folder, name)
  cpSync(whole, run, { recursive: true })
  return run
}

/** Takes the last checkpoint away: two steps are left to do. */
function halfway(name: string): string {
  const run = copied(name)
  for (const kind of ['json', 'safetensors']) rmSync(join(run, `checkpoints/step-000004.${kind}`))
  writeFileSync(join(run, 'status.json'), '{"state": "interrupted", "step": 2}\n')
  return run
}

const resume = (run: string, ...more: string[]) => earshot(['train', '--run', run, '--resume', ...more], config.cache)
/** Problems are wrapped to the width of a terminal. */
const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ')
const stateOf = (run: string) => JSON.parse(readFileSync(join(run, 'status.json'), 'utf8')).state
const weights = (run: string) => readFileSync(join(run, 'checkpoints/step-000004.safetensors'))

async function refused(t: ExecutionContext, run: string, said: RegExp, environment: object = {}, ...more: string[]) {
  const words = ['train', '--run', run, '--resume', ...more]
  const { code, error } = await earshot(words, { ...config.cache, ...environment })
  t.is(code, 1)
  t.regex(oneLine(error), said)
  t.is(stateOf(run), 'interrupted', 'it stays as it was')
}

test('a finished run says that it is finished', async t => {
  const run = copied('finished')
  const { code, out, error } = await resume(run)
  t.is(code, 0, error)
  t.regex(out, /is finished: it has trained 4 steps\. For more: --resume --set train\.steps=8/)
  t.notRegex(out, /NaN/)
  t.is(stateOf(run), 'finished')
})

test('more steps are the same run, and are kept', async t => {
  const run = halfway('longer')
  const { code, error } = await resume(run, '--set', 'train.steps=6')
  t.is(code, 0, error)
  t.deepEqual(weights(run), weights(whole))
  t.regex(readFileSync(join(run, 'run.yaml'), 'utf8'), /steps: 6/)
})

test('another seed, rate or machine is refused in words, and goes on only if that is said', async t => {
  const run = halfway('settings')
  const rate = ['--set', 'train.seed=1', '--set', 'train.schedule.learning-rate=0.1']
  const said =
    /cannot go on as the same run:\s+train\.seed is 1, and was 0\s+train\.schedule\.learning-rate is 0\.1, and was 0\.05.* --anyway/
  await refused(t, run, said, {}, ...rate)
  await refused(t, run, /TF_ENABLE_ONEDNN_OPTS is 0, and was 1/, { TF_ENABLE_ONEDNN_OPTS: '0' })
  const { code, error } = await resume(run, '--anyway', ...rate)
  t.is(code, 0, error)
  t.regex(error, /Going on from step 2, but not bit for bit:\s+train\.seed is 1, and was 0/)
  t.notDeepEqual(weights(run), weights(whole))
  t.regex(readFileSync(join(run, 'run.yaml'), 'utf8'), /seed: 1/)
})

test('other clips and other sounds of the same names are refused', async t => {
  const run = halfway('sounds')
  const mine = join(config.folder, 'my sounds')
  cpSync(config.sounds, mine, { recursive: true })
  const yaml = readFileSync(join(run, 'run.yaml'), 'utf8')
  writeFileSync(join(run, 'run.yaml'), yaml.replace(/^( *set: ).*/m, `$1${JSON.stringify(mine)}`))
  const [first, second] = ['bd_boom.flac', 'bd_fat.flac'].map(name => join(mine, name)) as [string, string]
  t.true(existsSync(first) && existsSync(second))
  cpSync(second, first)
  await refused(t, run, /the sounds of the clips are others/)
  rmSync(first)
  await refused(t, run, /the number of usable clips is 23, and was 24/)
})

test('metrics that have lost lines are not filled with NULs', async t => {
  const run = halfway('metrics')
  const metrics = join(run, 'metrics.jsonl')
  truncateSync(metrics, readFileSync(metrics).indexOf('\n') + 5)
  const { code, error } = await resume(run)
  t.is(code, 0, error)
  t.regex(error, /metrics\.jsonl has lost lines/)
  const steps = readFileSync(metrics, 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line).step)
  t.deepEqual(steps, [1, 3, 4])
  t.deepEqual(weights(run), weights(whole))
})

test('a changed digit of the checkpoint, or a changed weight of the untrained encoder, is seen by whoever embeds', async t => {
  const run = copied('damaged')
  const output = join(config.folder, 'damaged.arrow')
  const embed = () => earshot(['embed', run, config.sounds, '-o', output, '--baselines'], config.cache)
  const untrained = join(run, 'checkpoints/untrained.safetensors')
  const bytes = readFileSync(untrained)
  const last = bytes.length - 2
  writeFileSync(untrained, bytes.with(last, bytes[last]! ^ 1))
  const changed = await embed()
  t.is(changed.code, 1)
  t.regex(oneLine(changed.error), /untrained\.safetensors is not the file that its JSON describes/)
  writeFileSync(untrained, bytes)
  const json = join(run, 'checkpoints/step-000004.json')
  const text = readFileSync(json, 'utf8')
  writeFileSync(json, text.replace(/("mean": -?\d+\.\d)\d/, '$19'))
  t.not(readFileSync(json, 'utf8'), text)
  const digit = await embed()
  t.is(digit.code, 1)
  t.regex(oneLine(digit.error), /step-000004\.json is not what was written: its hash is another one/)
})

test('an untrained encoder that was damaged is made again with the same bits', async t => {
  const run = halfway('baseline')
  const untrained = join(run, 'checkpoints/untrained.safetensors')
  const bytes = readFileSync(untrained)
  writeFileSync(untrained, 'damaged')
  t.is((await resume(run)).code, 0)
  t.deepEqual(readFileSync(untrained), bytes)
  t.deepEqual(weights(run), weights(whole))
})

test('a full disk is a sentence, the state says failed, and nothing half written stays', async t => {
  const run = halfway('full')
  rmSync(join(run, 'metrics.jsonl'))
  symlinkSync('/dev/full', join(run, 'metrics.jsonl'))
  writeFileSync(join(run, 'checkpoints/step-000003.safetensors.123.part'), 'of a process that was killed')
  const { code, error } = await resume(run)
  t.is(code, 1)
  t.regex(oneLine(error), /No room is left in .*full/)
  t.regex(
    oneLine(error),
    /Make room; then it goes on from its last checkpoint: \.\/earshot train --run '.*full' --resume/,
  )
  t.notRegex(error, / {4}at /)
  t.is(stateOf(run), 'failed')
  t.false(existsSync(join(run, 'checkpoints/step-000003.safetensors.123.part')))
  t.false(existsSync(join(run, 'lock')))
  rmSync(join(run, 'metrics.jsonl'))
  t.is((await resume(run)).code, 0)
  t.deepEqual(weights(run), weights(whole))
})

test('an environment that was cut is kept aside, a cut best.json is named', async t => {
  const run = halfway('cut notes')
  const file = join(run, 'environment.json')
  truncateSync(file, 20)
  const { code, error } = await resume(run)
  t.is(code, 0, error)
  t.regex(error, /environment\.json is damaged: it is kept as environment\.json\.damaged/)
  t.is(JSON.parse(readFileSync(file, 'utf8')).length, 1)
  t.true(existsSync(`${file}.damaged`))
  writeFileSync(join(run, 'checkpoints', 'best.json'), '{"step"')
  const embedded = await earshot(['embed', `${run}@best`, config.sounds, '-o', join(run, 'x.arrow')], config.cache)
  t.is(embedded.code, 1)
  t.regex(embedded.error, /best\.json/)
  t.notRegex(embedded.error, / {4}at /)
})
