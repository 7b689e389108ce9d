/** `earshot engine install`: TensorFlow for this machine. */
import type { Command } from 'commander'
import { z } from 'zod'
import { cacheFolder } from '../../data/cache-folder.js'
import { installEngine } from '../../engine/install/install-engine.js'
import { text } from '../configuration/options.js'
import { verb } from './verb.js'

const EXAMPLES = `
Examples:
  ./earshot engine install                       TensorFlow for the CPU, into the per-user cache
  ./earshot engine install --tensorflow 2.21.0   another version; later set-ups keep to it
  ./earshot engine install --from wheels/        without a network, from .whl files in a folder
  ./earshot engine install --gpu                 with CUDA (built, not yet run on a GPU)
`

const install = verb({
  name: 'install',
  summary: "build TensorFlow.js on TensorFlow's libraries (Linux on x86-64), keep it in the cache, link it in",
  takes: z.strictObject({
    gpu: z.boolean().optional().describe('take the wheel with CUDA and its companions (3 GB)'),
    tensorflow: text('version', 'version of TensorFlow (default: 2.18.1)'),
    from: text('folder', 'take the wheel files that lie in this folder; nothing is downloaded'),
  }),
  help: EXAMPLES,
  run: async ({ gpu, tensorflow, from }) => {
    const started = performance.now()
    const say = (line: string) => process.stderr.write(`${line}\n`)
    const { choice, folder } = await installEngine({ cache: cacheFolder(), gpu, tensorflow, from, say })
    const seconds = ((performance.now() - started) / 1000).toFixed(1)
    process.stdout.write(`TensorFlow ${choice.version} (${choice.package}) is in place after ${seconds} s: ${folder}\n`)
    if (choice.package === 'tensorflow') process.stdout.write('The CUDA engine is built, not run on a GPU.\n')
  },
})

export default (program: Command): void => {
  install(program.command('engine').description('install TensorFlow for this machine'))
}
