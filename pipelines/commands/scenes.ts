/** `earshot scenes`: sound scenes from single sounds, with their stems kept. */
import { join } from 'node:path'
import { z } from 'zod'
import { demandFolder } from '../../data/output-file.js'
import { Problem } from '../../data/problem.js'
import { argument, option, text } from '../configuration/options.js'
import type { ScenesMade } from '../separation/scenes/make-scenes.js'
import { interruptible } from '../terminal/interrupt.js'
import { command } from '../terminal/say.js'
import { verb } from './verb.js'

const EXAMPLES = `
Writes 000000.wav and so on (mixtures), 000000/1.wav, 2.wav, ..., bed.wav (stems, which add up to the mixture exactly),
manifest.tsv (a data set: a mixture a line; train.yaml and held-out.yaml are its parts), scenes.jsonl (onset, offset,
level, SNR and source of each event) and events.tsv (onset, offset and label, as DCASE has it). Run it again to go on
after a stop.

Examples:
  ./earshot scenes configs/scenes/pool16k.yaml -o scenes/pool16k
  ./earshot scenes configs/scenes/drums-pairs.yaml -o scenes/drums-pairs --count 100 --seed 1
  ./earshot scenes configs/scenes/pool16k.yaml -o scenes/pool16k --shard 2/4       one of four processes
  ./earshot scenes configs/scenes/pool16k-directions.yaml -o scenes/pool16k-directions   for two microphones
`

export default verb({
  name: 'scenes',
  summary: 'compose scenes of overlapping sounds, with their stems, from single sounds',
  takes: z.strictObject({
    config: argument('<config>', 'a scene config (configs/scenes/*.yaml)'),
    output: option('folder', 'folder to write', z.string(), { short: 'o' }),
    count: option('scenes', "how many; the config's own number if not given", z.int().min(1).optional(), {
      short: 'n',
    }),
    seed: z.int().min(0).default(0).describe('all draws depend on it: the same seed gives the same bytes'),
    shard: text('k/n', 'make only every n-th scene, from the k-th: for n processes at once'),
  }),
  help: EXAMPLES,
  run: async ({ config, output, count, seed, shard }) => {
    demandFolder(output, [config])
    const { makeScenes } = await import('../separation/scenes/make-scenes.js')
    const mine = shard === undefined ? undefined : shardOf(shard)
    await interruptible('Stopping after this scene.', async signal => {
      const made = await makeScenes({ config, output, count, seed, shard: mine, signal })
      process.stdout.write(report(made, output))
      if (signal.aborted && made.missing > 0) process.exitCode = 130
    })
  },
})

function report({ count, made, missing, skipped, settings }: ScenesMade, output: string): string {
  const bad = [...skipped].map(([, reason]) => `  ${reason}\n`).join('')
  const lost = bad && `${skipped.size} clips cannot be used:\n${bad}`
  if (missing > 0)
    return `${lost}${output}: ${made} scenes made, ${missing} of ${count} missing. Run the same command again to go on.\n`
  const manifest = join(output, 'manifest.tsv')
  const next = settings.labels[0]
    ? command`./earshot embed runs/quickstart ${manifest} -o ${`${settings.name}.arrow`}`
    : command`./earshot tap graphs/contrastive-16k.yaml mel --data ${manifest}`
  return `${lost}${output}: ${count} scenes of ${settings.length} s, ${made} of them new.\nNext:\n  ${next}\n`
}

function shardOf(text: string): { number: number; of: number } {
  const [, number, of] = /^(\d+)\/(\d+)$/.exec(text)?.map(Number) ?? []
  if (number && of && number <= of) return { number, of }
  throw new Problem('bad-option', `--shard ${text}: expected k/n, as in 2/4.`)
}
