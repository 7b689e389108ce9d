import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import test from 'ava'
import { parse } from 'yaml'
import { readSharding } from '../../../pipelines/commands/shard-options.js'
import { kubernetesJob, kubernetesSettings } from '../../../pipelines/jobs/kubernetes-job.js'
import { scratchFolder } from '../../earshot.js'

const settings = (more: object = {}) => kubernetesSettings.parse({ image: 'registry/earshot:1', ...more })
const elsewhere = {
  name: 'earshot-embed',
  words: ['embed', 'runs/a b', '--shard', 'auto/16'],
  shards: 16,
  most: 4,
  cpus: 2,
}

const published = new Ajv({ strict: false, formats: { int32: true, int64: true, 'date-time': true, byte: true } })
const isJob = published.compile(JSON.parse(readFileSync('test/fixtures/kubernetes/job.schema.json', 'utf8')))

test('it is a Job by the published schema', t => {
  for (const given of [
    settings(),
    settings({ claim: 'sounds', at: '/archive', namespace: 'ecology', cpus: 8, memory: '1 GB' }),
  ])
    t.true(isJob(kubernetesJob(elsewhere, given)), JSON.stringify(isJob.errors))
  t.false(isJob({ ...kubernetesJob(elsewhere, settings()), spec: { completion: 3 } }))
})

test('what a person has to mend fails its shard for good; what was ended from outside begins again', t => {
  const { spec } = kubernetesJob(elsewhere, settings({ retries: 2 }))
  t.like(spec, { completionMode: 'Indexed', completions: 16, parallelism: 4, backoffLimitPerIndex: 2 })
  const [never, again] = spec.podFailurePolicy.rules
  t.deepEqual(never, {
    action: 'FailIndex',
    onExitCodes: { containerName: spec.template.spec.containers[0]!.name, operator: 'In', values: [1] },
  })
  t.is(again!.action, 'Ignore')
  t.is(spec.template.spec.restartPolicy, 'Never') // a failure policy asks for it
})

test('the verb writes it, names all that it needs, and starts nothing', async t => {
  const file = join(scratchFolder('kubernetes'), 'job.yaml')
  writeFileSync(file, 'image: earshot\nclaim: sounds\n')
  const flags = { executor: 'kubernetes', shards: 3 }
  await t.throwsAsync(readSharding(flags), { message: /written, not started: add --print/ })
  await t.throwsAsync(readSharding({ ...flags, print: true }), { message: /needs a container image/ })
  const { manifest } = await readSharding({ ...flags, print: true, kubernetes: file }, 4)
  const job = parse(manifest!('name', ['embed', 'runs/mine'])) as ReturnType<typeof kubernetesJob>
  t.true(isJob(job))
  t.deepEqual(job.spec.template.spec.containers[0]!.command, ['earshot', 'embed', 'runs/mine', '--shard', 'auto/3'])
  t.is(job.spec.template.spec.containers[0]!.resources.requests.cpu, '4')
})
