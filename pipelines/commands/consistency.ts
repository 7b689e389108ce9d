/** `earshot consistency`: does a trained encoder say the same about a sound that is shifted a little? */
import { z } from 'zod'
import { featureFolder } from '../../data/cache-folder.js'
import { demandFolder } from '../../data/output-file.js'
import { argument, group, hop, layer, sounds, text, workers } from '../configuration/options.js'
import { stoppable } from '../terminal/interrupt.js'
import { usualFolder } from './usual-folder.js'
import { verb } from './verb.js'

const EXAMPLES = `
Examples:
  ./earshot consistency runs/supervised-drums data/sets/drums16k-held-out.yaml
  ./earshot consistency runs/supervised-drums data/sets/drums16k-held-out.yaml --group kit
  ./earshot consistency runs/sweeps/pooling data/sets/drums16k-held-out.yaml      every run of a sweep, arm by arm
`

export default verb({
  name: 'consistency',
  summary: 'say how far classes and embeddings stay when sounds are shifted by 1, 3 or 5 frames or bands',
  takes: z.strictObject({
    run: argument('<run>', 'run folder, checkpoint, or folder of a sweep'),
    sounds,
    output: text('folder', 'folder to write; consistency/<name of the sounds> in the run if not given', { short: 'o' }),
    hop,
    layer,
    group,
    workers,
  }),
  help: EXAMPLES,
  run: async ({ run, sounds, output, edits: _, ...options }) => {
    const cache = featureFolder()
    const { runsOf } = await import('../evaluation/consistency/runs.js')
    const { writeConsistency } = await import('../evaluation/consistency/write-consistency.js')
    const folder = output ?? usualFolder('consistency', run, sounds)
    demandFolder(folder, [run, sounds])
    await stoppable(
      async signal => {
        process.stdout.write(await writeConsistency(runsOf(run), folder, { ...options, sounds, cache, signal }))
      },
      () => `Stopped; nothing has been written to ${folder} for the run under way.`,
    )
  },
})
