/** A sweep small enough to be run several times in a test, and what its jobs leave behind. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { earshot, type Finished } from '../../earshot.js'
import { smallConfig } from '../../small-config.js'

export interface SmallSweep {
  folder: string
  file: string
  cache: Record<string, string>
}

/** Two arms that train, one that is the same as the first, one that fails, judged on the sounds themselves. */
export function smallSweep(
  name: string,
  steps: number,
  further = 'budget: { threads: 1, memory: 100 MB }',
): SmallSweep {
  const { folder, sounds, cache } = smallConfig(name, { steps, every: 2 })
  const names = readdirSync(sounds).filter(file => !file.startsWith('c-'))
  const rows = names.map((file, at) => `${file}\t${at % 2 === 0 ? 'this' : 'that'}\tkit${at % 5}`)
  writeFileSync(join(folder, 'labels.tsv'), `file\tlabel\tkit\n${rows.join('\n')}\n`)
  writeFileSync(join(folder, 'test.yaml'), 'folder: sounds\ntable: ../labels.tsv\n')
  const file = join(folder, 'sweep.yaml')
  writeFileSync(
    file,
    `name: small
base: small.yaml
seeds: [3]
arms:
  base: []
  hot: [{ set: nodes.similarity.temperature=0.5 }]
  twin: [{ set: nodes.similarity.temperature=0.2 }]
  strict: [{ set: train.bad-clips=0 }]
evaluate:
  kits: { set: test.yaml, label: label, group: kit }
${further}
`,
  )
  return { folder, file, cache }
}

export const sweepVerb = (
  { file, cache }: SmallSweep,
  output: string,
  name = 'run',
  ...more: string[]
): Promise<Finished> => earshot(['sweep', name, file, '--output', output, ...more], cache)

export interface Status {
  state: string
  process: { pid: number }
  child?: { pid: number }
}

/** Job folders by arm, as far as they have been begun. */
export function jobsOf(output: string): Record<string, string> {
  const folder = join(output, 'jobs')
  if (!existsSync(folder)) return {}
  const read = (key: string) => JSON.parse(readFileSync(join(folder, key, 'job.json'), 'utf8'))
  const begun = readdirSync(folder).filter(key => existsSync(join(folder, key, 'job.json')))
  return Object.fromEntries(begun.map(key => [read(key).arm, join(folder, key)]))
}

export const statusOf = (job: string): Status => JSON.parse(readFileSync(join(job, 'status.json'), 'utf8'))

/** The table of a sweep that has ended. */
export const tableOf = (output: string) => readFileSync(join(output, 'results.csv'), 'utf8')

export const metricsOf = (output: string, arm: string) =>
  readFileSync(join(jobsOf(output)[arm]!, 'run', 'metrics.jsonl'), 'utf8')

export async function until(ready: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const patience = setTimeout(() => process.stderr.write(`waiting for ${what}\n`), 60_000)
  while (!(await ready())) await sleep(20) // ava's own limit ends it
  clearTimeout(patience)
}

export const checkpoints = (job: string | undefined) => {
  const folder = join(job ?? '', 'run', 'checkpoints')
  return job && existsSync(folder) ? readdirSync(folder).filter(name => /^step-\d+\.json$/.test(name)) : []
}
