/** `earshot detect`: which events a trained frame classifier hears in sounds, and when. */
import { z } from 'zod'
import { featureFolder } from '../../data/cache-folder.js'
import { demandFolder } from '../../data/output-file.js'
import { argument, formats, sounds, text, texts } from '../configuration/options.js'
import { detectOptions } from '../evaluation/events/detect-options.js'
import { stoppable } from '../terminal/interrupt.js'
import { usualFolder } from './usual-folder.js'
import { verb } from './verb.js'

const EXAMPLES = `
Examples:
  ./earshot detect runs/drum-events data/sets/drum-events-report.yaml --tune data/sets/drum-events-development.yaml
  ./earshot detect runs/drum-events data/sets/drum-events-report.yaml --against runs/drum-events-untrained
  ./earshot detect runs/birds nights/ --formats raven audacity          where is it heard?
`

export default verb({
  name: 'detect',
  summary: 'onset, offset and class of the events that a trained frame classifier hears, and how many are right',
  takes: z.strictObject({
    run: argument('<run>', 'run folder (its newest checkpoint), RUN@best or a checkpoint'),
    sounds,
    output: text('folder', 'folder to write; detection/<name of the sounds> in the run if not given', { short: 'o' }),
    ...detectOptions.shape,
    against: texts('runs', 'further runs, judged on the same sounds, with the difference to each'),
    formats: formats('write the events for Raven and Audacity, too: raven, audacity'),
  }),
  help: EXAMPLES,
  run: async ({ run, sounds, output, against, formats, edits: _, ...options }) => {
    const folder = output ?? usualFolder('detection', run, sounds)
    const { detectRuns, DETECTION_FILES } = await import('../evaluation/events/detect-runs.js')
    demandFolder(folder, [run, sounds, ...against], DETECTION_FILES)
    const cache = featureFolder()
    await stoppable(
      async signal => {
        const told = { output: folder, others: against, formats }
        process.stdout.write(await detectRuns({ ...options, run, sounds, cache, signal }, told))
      },
      () => `Stopped; nothing has been written to ${folder}.`,
    )
  },
})
