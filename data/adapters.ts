/** Published data sets that are read as they are: `adapter: esc-50` in a data set file. */
import type { Adapter } from './adapters/adapter.js'
import { audioset } from './adapters/audioset.js'
import { esc50 } from './adapters/esc-50.js'
import { fsd50k } from './adapters/fsd50k.js'
import { fsdkaggle2018 } from './adapters/fsdkaggle2018.js'
import { fsdkaggle2019 } from './adapters/fsdkaggle2019.js'
import { fsdnoisy18k } from './adapters/fsdnoisy18k.js'
import { fuss } from './adapters/fuss.js'
import { nsynth } from './adapters/nsynth.js'
import { speechCommands } from './adapters/speech-commands.js'
import { urbansound8k } from './adapters/urbansound8k.js'

export type { Adapter } from './adapters/adapter.js'

export const adapters: readonly Adapter[] = [
  ...[esc50, urbansound8k, fsd50k, fsdnoisy18k, fsdkaggle2018, fsdkaggle2019],
  ...[fuss, speechCommands, nsynth, audioset],
]
