/** A job's status says how its words have ended. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { Command } from 'commander'
import { z } from 'zod'
import { Problem } from '../../../data/problem.js'
import { shardOptions, typedOptions } from '../../../pipelines/commands/shard-options.js'
import { verb } from '../../../pipelines/commands/verb.js'
import { JobFolder, jobPath } from '../../../pipelines/jobs/job-folder.js'
import { runWords, type WordsOrder } from '../../../pipelines/jobs/run-words.js'
import { scratchFolder } from '../../earshot.js'

function ordered(words: string[]): JobFolder<WordsOrder> {
  const folder = new JobFolder<WordsOrder>(jobPath(scratchFolder('words'), 'key'))
  folder.writeOrder({ words })
  return folder
}

test.serial('done, stopped, failed with an exit code, failed with a sentence', async t => {
  for (const [code, state, reason] of [
    [0, 'done', undefined],
    [130, 'waiting', /^stopped; goes on/],
    [1, 'failed', /^ended with exit code 1$/],
  ] as const) {
    const folder = ordered(['embed', 'a b'])
    await runWords(folder, async words => {
      t.deepEqual(words, ['embed', 'a b'])
      t.is(folder.now().state, 'running')
      process.exitCode = code
    })
    process.exitCode = 0
    const { status } = folder.now()
    t.is(status?.state, state)
    if (reason) t.regex(status!.reason!, reason)
    t.false(existsSync(join(folder.path, 'lock')))
  }
  const folder = ordered(['embed'])
  const problem = new Problem('disk-full', 'No room is left.')
  await t.throwsAsync(
    runWords(folder, () => Promise.reject(problem)),
    { is: problem },
  )
  t.like(folder.status(), { state: 'failed', reason: 'No room is left.', log: folder.log })
})

test('a job without an order is told', async t => {
  const folder = new JobFolder<WordsOrder>(jobPath(scratchFolder('words'), 'key'))
  await t.throwsAsync(
    runWords(folder, async () => {}),
    { message: /holds no order for a job/ },
  )
})

test('options are typed again as they were typed, without those of shards', t => {
  const typed = (...words: string[]) => {
    const takes = z.strictObject({
      hop: z.string().default('1'),
      baselines: z.boolean().optional().meta({ negatable: true }),
      output: z.string().optional().meta({ short: 'o' }),
      ...shardOptions(''),
    })
    const command = verb({ name: 'test', summary: '', takes, run: () => {} })(new Command())
    return typedOptions(command.parse(words, { from: 'user' }), ['output'])
  }
  t.deepEqual(typed(), [])
  t.deepEqual(typed('-o', 'x', '--shards', '3', '--executor', 'slurm', '--hop', '2 s'), ['--hop', '2 s'])
  t.deepEqual(typed('--baselines'), ['--baselines'])
  t.deepEqual(typed('--no-baselines', '--shard', '1/2', '--max-parallel', '2', '--slurm', 'x'), ['--no-baselines'])
})
