/** `earshot import`: weights that others have published become a run folder, vectors of words vectors of texts. */
import { z } from 'zod'
import { cacheFolder } from '../../data/cache-folder.js'
import { Problem } from '../../data/problem.js'
import { argument, text } from '../configuration/options.js'
import { stoppable } from '../terminal/interrupt.js'
import { plural } from '../terminal/numbers.js'
import { command } from '../terminal/say.js'
import { verb } from './verb.js'

const EXAMPLES = `
Examples:
  ./earshot import uclser20 vgg.safetensors                    into runs/uclser20-vgg-like
  ./earshot import uclser20 crnn.safetensors -o runs/crnn --sounds my-sounds/
  ./earshot embed runs/uclser20-vgg-like my-sounds/ -o my-sounds.arrow
  ./earshot import word-vectors glove.6B.100d.txt --texts data/sets/words16k-texts.tsv -o texts.arrow

uclser20: the VGG-like and CRNN encoders of Fonseca et al., ICASSP 2021 (github.com/edufonseca/uclser20, MIT), saved from
PyTorch with safetensors.torch.save_file(torch.load('VGG_best.pth')['state_dict'], 'vgg.safetensors') or the like.
word-vectors: a line a word, its numbers behind it, as GloVe and fastText ship them. A text has the mean of its words'
vectors; graphs read them by the stage vectors (graphs/audio-text.yaml).
`

const takes = z.strictObject({
  model: argument('<model>', 'uclser20 or word-vectors'),
  file: argument('<file>', 'safetensors file of its weights; the vectors'),
  output: text('run', 'run folder to write; runs/ and the name of the encoder if not given. Of texts an Arrow file', {
    short: 'o',
  }),
  sounds: text('set', "recordings by which the inputs are scaled; the quickstart's samples if not given"),
  texts: text('table', 'table of texts: a column text, as the sounds have it, and words where it is written otherwise'),
})

type Asked = Omit<z.output<typeof takes>, 'model'>

export default verb({
  name: 'import',
  summary: 'make a run folder of published weights, or vectors of texts of vectors of words',
  takes,
  help: EXAMPLES,
  run: async ({ model, ...asked }) => {
    const models: Record<string, (asked: Asked, signal: AbortSignal) => Promise<string>> = {
      uclser20: runOfUclser20,
      'word-vectors': vectorsOfTexts,
    }
    if (!Object.hasOwn(models, model))
      throw new Problem('unknown-model', `There is no import of '${model}'.`, {
        hint: `Models: ${Object.keys(models).join(', ')}.`,
      })
    await stoppable(
      async signal => {
        process.stdout.write(await models[model]!(asked, signal))
      },
      () => 'Stopped; nothing has been written.',
    )
  },
})

async function runOfUclser20({ file, output: run, sounds }: Asked, signal: AbortSignal): Promise<string> {
  const { importUclser20 } = await import('../exchange/import/import-uclser20.js')
  const imported = await importUclser20({ file, run, sounds, cache: cacheFolder(), signal })
  const { encoder, scale, patches } = imported
  return (
    `${imported.run}: the ${encoder.name} encoder of uclser20, its inputs scaled by ${scale.scale.toPrecision(3)} ` +
    `after ${patches} patches.\nNext:\n  ${command`./earshot embed ${imported.run} my-sounds/ -o my-sounds.arrow`}\n`
  )
}

async function vectorsOfTexts({ file, output, texts }: Asked, signal: AbortSignal): Promise<string> {
  if (output === undefined || texts === undefined)
    throw new Problem('bad-option', 'word-vectors need a table of texts, and a file to write.', {
      hint: './earshot import word-vectors glove.txt --texts texts.tsv -o texts.arrow',
    })
  const { importWordVectors } = await import('../exchange/import/word-vectors.js')
  const { texts: count, size, unknown } = await importWordVectors({ file, texts, output }, signal)
  const left = unknown.length > 0 ? ` Words that it does not have count for nothing: ${unknown.join(', ')}.` : ''
  return (
    `${output}: ${plural(count, 'text')} of ${size} numbers.${left}\nNext, in a graph:\n` +
    `  texts: { stage: vectors, from: clip, file: ${output}, by: label, size: ${size} }\n`
  )
}
