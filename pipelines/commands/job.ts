/** `earshot job`: one job of a list, as executors start it here or on another machine; its order is a line of words. */
import { resolve } from 'node:path'
import { Command } from 'commander'

export default function register(program: Command): void {
  program.command('job <output> <key>', { hidden: true }).action(job)
}

async function job(output: string, key: string): Promise<void> {
  const [{ JobFolder, jobPath }, { runWords }] = await Promise.all([
    import('../jobs/job-folder.js'),
    import('../jobs/run-words.js'),
  ])
  await runWords(new JobFolder(jobPath(resolve(output), key)), async words => {
    const program = new Command('earshot').exitOverride()
    ;(await import(`./${words[0]}.js`)).default(program)
    await program.parseAsync(words, { from: 'user' })
  })
}
