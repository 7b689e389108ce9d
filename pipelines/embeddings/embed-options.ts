/** What `embed` is told, on the command line and from TypeScript. */
import { z } from 'zod'
import { READOUT_NAMES } from '../../graphs/readout/settings.js'
import { annotations, hop, option, segment, text, workers } from '../configuration/options.js'
import type { Shard } from '../jobs/shard.js'

export const embedOptions = z.strictObject({
  output: option('file', 'Arrow file to write', z.string(), { short: 'o' }),
  hop,
  segment,
  annotations,
  level: option(
    'level',
    'clip: one row a clip; patch: a row a patch; frame: a row a frame of the layers that a readout reads; clip if not given, of long recordings without labels windows of 5 s',
    z.enum(['clip', 'patch', 'frame']).optional(),
  ),
  layer: text('name', 'encoder to take embeddings from, if there are several, or one of its layers (encoder.block2)'),
  readout: text(
    'name',
    `how the encoder is read out: ${READOUT_NAMES.join(', ')}, or a map such as { layers: 3, bands: 8, time: [mean, std], parts: 3 }; as the run says if not given`,
  ),
  baselines: z
    .boolean()
    .optional()
    .describe(
      'write what probes compare with (untrained encoder, log-mel statistics); where the input has labels (site, date and time are none) if not said',
    )
    .meta({ negatable: true }),
  workers,
})

export type Level = NonNullable<z.output<typeof embedOptions>['level']>

export interface EmbedOptions extends z.output<typeof embedOptions> {
  /** Run folder or checkpoint. */
  run: string
  inputs: readonly string[]
  /** Folder of the feature cache. */
  cache: string
  /** This share of the clips alone. */
  shard?: Shard | undefined
  /** Once aborted, nothing more is read or written, and unfinished files are taken away. */
  signal?: AbortSignal | undefined
  /** Called once the output is there; its baselines follow. */
  onWritten?: (() => void) | undefined
}
