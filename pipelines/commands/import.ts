/** `earshot import`: weights that others have published become a run folder. */
import { z } from 'zod'
import { cacheFolder } from '../../data/cache-folder.js'
import { Problem } from '../../data/problem.js'
import { stopOnInterrupt, wasInterrupted } from '../terminal/interrupt.js'
import { command } from '../terminal/say.js'
import { verb } from './verb.js'

const EXAMPLES = `
Examples:
  ./earshot import uclser20 vgg.safetensors                    into runs/uclser20-vgg-like
  ./earshot import uclser20 crnn.safetensors -o runs/crnn --sounds my-sounds/
  ./earshot embed runs/uclser20-vgg-like my-sounds/ -o my-sounds.arrow

uclser20: the VGG-like and CRNN encoders of Fonseca et al., ICASSP 2021 (github.com/edufonseca/uclser20, MIT), saved from
PyTorch with safetensors.torch.save_file(torch.load('VGG_best.pth')['state_dict'], 'vgg.safetensors') or the like.
`

export default verb({
  name: 'import',
  summary: 'make a run folder of published weights',
  takes: z.strictObject({
    model: z.string().describe('uclser20').meta({ argument: '<model>' }),
    file: z.string().describe('safetensors file of its weights').meta({ argument: '<file>' }),
    output: z
      .string()
      .optional()
      .describe('run folder to write; runs/ and the name of the encoder if not given')
      .meta({ short: 'o', value: 'run' }),
    sounds: z
      .string()
      .optional()
      .describe("recordings by which the inputs are scaled; the quickstart's samples if not given")
      .meta({ value: 'set' }),
  }),
  help: EXAMPLES,
  run: async ({ model, file, output, sounds }) => {
    if (model !== 'uclser20')
      throw new Problem('unknown-model', `There is no import of '${model}'.`, { hint: 'Models: uclser20.' })
    const { importUclser20 } = await import('../exchange/import/import-uclser20.js')
    const { signal, release } = stopOnInterrupt('Stopping.')
    try {
      const imported = await importUclser20({ file, run: output, sounds, cache: cacheFolder(), signal })
      const { encoder, scale, patches } = imported
      process.stdout.write(
        `${imported.run}: the ${encoder.name} encoder of uclser20, its inputs scaled by ${scale.scale.toPrecision(3)} ` +
          `after ${patches} patches.\nNext:\n  ${command`./earshot embed ${imported.run} my-sounds/ -o my-sounds.arrow`}\n`,
      )
    } catch (error) {
      if (!wasInterrupted(error, signal)) throw error
      process.stdout.write('Stopped; nothing has been written.\n')
      process.exitCode = 130
    } finally {
      release()
    }
  },
})
