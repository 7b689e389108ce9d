/** `earshot evaluate-separation`: what a separator is worth on mixtures whose stems are known. */
import { basename, dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import { demandOutput } from '../../data/output-file.js'
import { argument, option, text } from '../configuration/options.js'
import { stoppable } from '../terminal/interrupt.js'
import { command } from '../terminal/say.js'
import { processors } from './separate.js'
import { verb } from './verb.js'

const EXAMPLES = `
Examples:
  ./earshot scenes configs/scenes/drums-mixtures.yaml -o scenes/drums-mixtures
  ./earshot evaluate-separation runs/mixit-pool16k scenes/drums-mixtures/manifest.tsv
  ./earshot evaluate-separation runs/mixit-pool16k scenes/drums-mixtures/manifest.tsv --processors runs/mixit-pool16k@250
`

export default verb({
  name: 'evaluate-separation',
  summary: 'measure a separator on mixtures with known stems, beside the untrained one and the ideal mask',
  takes: z.strictObject({
    run: argument('<run>', 'run folder of a separator (its newest checkpoint), RUN@step, or a checkpoint'),
    manifest: argument('<manifest>', "table of mixtures with a column of stems, as './earshot scenes' writes it"),
    output: text('file', 'JSON file to write; separation/<name of the mixtures>.json in the run if not given', {
      short: 'o',
    }),
    processors,
    stems: option('column', 'column with the stems of each mixture, separated by ;', z.string().default('stems')),
    count: option('mixtures', 'only so many, the first ones', z.int().min(1).optional(), { short: 'n' }),
  }),
  help: EXAMPLES,
  run: async ({ run, manifest, output, processors: others, stems, count }) => {
    const { locateCheckpoint } = await import('../../engine/checkpoints/find.js')
    const { evaluateSeparation } = await import('../separation/evaluate.js')
    const { evaluationText } = await import('../separation/evaluation-text.js')
    const { makeFolder, writeWhole } = await import('../../data/whole-file.js')
    const file = output ?? usualFile(locateCheckpoint(run).file, manifest)
    demandOutput(file, 'JSON', [manifest])
    await stoppable(
      async signal => {
        const evaluation = await evaluateSeparation({ run, others, manifest, column: stems, count, signal })
        makeFolder(dirname(file))
        writeWhole(file, `${JSON.stringify(evaluation, undefined, 1)}\n`)
        process.stdout.write(
          `${evaluationText(evaluation)}\n${file}\nNext:\n  ${command`./earshot separate ${run} ${manifest} -o separated --count 5`}\n`,
        )
      },
      () => `Stopped; ${file} has not been written.`,
    )
  },
})

/** In the run folder of a checkpoint: by the folder that the manifest lies in, if it is called just that. */
function usualFile(checkpoint: string, manifest: string): string {
  const name = basename(manifest).replace(/\.\w+$/, '')
  const named = name === 'manifest' ? basename(dirname(resolve(manifest))) : name
  return join(dirname(dirname(checkpoint)), 'separation', `${named}.json`)
}
