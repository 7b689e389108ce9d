/** What `train.compile: auto` came to is part of the run: resumed or repeated, it takes the same way. */
import { isScalar, parseDocument } from 'yaml'
import type { Choice } from '../../engine/compile/compiled.js'
import type { TrainSettings } from '../configuration/sections.js'
import type { RunFolder } from './run-folder.js'

const PATH = ['train', 'compile']

/** Writes the choice into run.yaml, and into the settings that checkpoints keep. */
export function noteChoice(run: RunFolder, train: TrainSettings, { how, milliseconds }: Choice): void {
  train.compile = how
  const times = Object.entries(milliseconds).map(([way, time]) => `${way} ${time.toFixed(1)} ms`)
  writeCompile(run, train, ` auto, on this machine: ${times.join(', ')}`)
}

/** Into a run.yaml that has been written anew. */
export function writeCompile(run: RunFolder, { compile }: TrainSettings, comment?: string): void {
  const document = parseDocument(run.read('run.yaml'))
  document.setIn(PATH, compile)
  const node = document.getIn(PATH, true)
  if (isScalar(node) && comment !== undefined) node.comment = comment
  run.write('run.yaml', document.toString({ lineWidth: 0 }))
}

/**
 * `auto` as a run that is gone on with has decided it. One that was killed before has done its steps without XLA, which
 * works from the first step on or never: it stays so, to the same bits.
 */
export function keepChoice(run: RunFolder, train: TrainSettings, { hasSteps }: { hasSteps: boolean }): void {
  if (train.compile !== 'auto') return
  const chosen = parseDocument(run.read('run.yaml')).getIn(PATH)
  if (typeof chosen === 'string') train.compile = chosen as TrainSettings['compile']
  if (train.compile === 'auto' && hasSteps) train.compile = 'function'
}
