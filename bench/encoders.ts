/**
 * What encoders are worth beside each other, read out alike: the first, and how far it is ahead of the others, of its own start
 * and of log-mel statistics. On the report parts of drums16k and words16k, and on all of their kits and voices (by some of
 * which readouts and recipes were chosen). From the root of the repository, after `npm run build`:
 *
 *   node dist/bench/encoders.js NAME=RUN,RUN,... [NAME=RUN,... | NAME=WEIGHTS,...] [--json FILE]
 *
 * RUN is a run or a checkpoint. WEIGHTS are safetensors for the graph of the first: a PyTorch loop's (bench/peers/simclr.py).
 * What stands in the same place belongs to one seed. A figure is balanced accuracy in percent by kernel ridge, whole groups
 * held out.
 */
import { parseArgs } from 'node:util'
import { chosenReadout } from '../pipelines/embeddings/reading.js'
import { findCheckpoint } from '../pipelines/model/checkpoint.js'
import { recognised } from './readouts/kernel-ridge.js'
import { openSet, part, type SetOf } from './readouts/labelled-set.js'
import { difference, figure, Paired } from './readouts/paired.js'
import { tellRows } from './tell-rows.js'

const SETS: [string, SetOf][] = [
  ['drums, report kits', part('drums', 'kit', 'report')],
  ['drums, all kits', part('drums', 'kit')],
  ['words, report voices', part('words', 'voice', 'report')],
  ['words, all voices', part('words', 'voice')],
]
const READOUTS = ['plain', 'default']

/** Of one encoder, by readout and seed. */
type Found = Map<string, Uint8Array[]>

const { values: given, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'string' } } })
const encoders = positionals.map(word => {
  const [name, files] = word.split('=')
  if (!name || !files) throw new Error(`'${word}' is no NAME=RUN,RUN,...`)
  return { name, files: files.split(',') }
})
const rows: Record<string, string>[] = []
for (const [name, set] of SETS) await judge(name, set)
tellRows(rows, given.json, 'balanced accuracy in percent, groups held out whole, 95 % over groups and seeds, paired')

async function judge(name: string, set: SetOf): Promise<void> {
  const found = new Map<string, Found>()
  const [first] = encoders
  let paired: Paired | undefined
  for (const encoder of encoders)
    for (const [seed, file] of encoder.files.entries()) {
      const weights = file.endsWith('.safetensors') ? file : undefined
      const checkpoint = findCheckpoint(weights ? first!.files[seed]! : file)
      const { labels, groups, embedded, untrained, logMel, close } = await openSet(checkpoint, set)
      paired ??= new Paired(labels, groups)
      for (const readout of READOUTS) {
        const how = chosenReadout({ readout, layer: undefined, level: 'clip' }, undefined)
        const note = (of: string, embeddings: readonly Float32Array[]) => {
          const right = recognised(embeddings, labels, groups)
          const others = found.get(of) ?? found.set(of, new Map()).get(of)!
          others.set(readout, [...(others.get(readout) ?? []), right])
        }
        note(encoder.name, await embedded(weights ?? checkpoint.tensors, how))
        if (encoder !== first) continue
        note('its start', await embedded(untrained, how))
        if (seed === 0) note('log-mel', logMel(how))
      }
      await close()
    }
  const own = found.get(first!.name)!
  for (const [encoder, of] of found)
    for (const [readout, right] of of) {
      const minus = (other: readonly Uint8Array[], one: readonly Uint8Array[]) =>
        one === other ? '' : difference(paired!.difference(one, other))
      rows.push({
        ...{ set: name, encoder, readout, 'balanced accuracy': figure(paired!.figure(right)) },
        'minus plain': minus(of.get('plain')!, right),
        [`${first!.name} minus it`]: minus(right, own.get(readout)!),
      })
    }
}
