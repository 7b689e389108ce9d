/** `earshot job`: one job of a list, as executors start it here or on another machine; its order is a line of words. */
import { resolve } from 'node:path'
import { Command } from 'commander'
import { z } from 'zod'
import { verb } from './verb.js'

export default verb({
  name: 'job',
  summary: 'one job of a list',
  hidden: true,
  takes: z.strictObject({
    output: z.string().meta({ argument: '<output>' }),
    key: z.string().meta({ argument: '<key>' }),
  }),
  run: async ({ output, key }) => {
    const { JobFolder, jobPath } = await import('../jobs/job-folder.js')
    const { runWords } = await import('../jobs/run-words.js')
    await runWords(new JobFolder(jobPath(resolve(output), key)), async words => {
      const program = new Command('earshot').exitOverride()
      ;(await import(`./${words[0]}.js`)).default(program)
      await program.parseAsync(words, { from: 'user' })
    })
  },
})
