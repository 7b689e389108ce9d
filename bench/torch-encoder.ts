/**
 * What an encoder is worth that a PyTorch loop has trained by the same recipe (bench/peers/simclr.py), beside Earshot's: both
 * through Earshot's own embedding, read out alike. From the root of the repository, after `npm run build`:
 *
 *   node dist/bench/torch-encoder.js RUN,RUN,... WEIGHTS,WEIGHTS,... [--json FILE]
 *
 * RUN is a run or checkpoint of configs/pool.yaml, WEIGHTS an `encoder-STEP.safetensors` of the loop; the first of each are a
 * pair, and so on. A figure is balanced accuracy in percent by kernel ridge, whole groups held out.
 */
import { parseArgs } from 'node:util'
import { chosenReadout } from '../pipelines/embeddings/reading.js'
import { findCheckpoint } from '../pipelines/model/checkpoint.js'
import { recognised } from './readouts/kernel-ridge.js'
import { openSet, part, type SetOf } from './readouts/labelled-set.js'
import { difference, type Estimate, Paired } from './readouts/paired.js'
import { tellRows } from './tell-rows.js'

const whole = (name: string, group: string): SetOf => ({
  name,
  label: 'label',
  group,
  set: `data/sets/${name}16k.yaml`,
})
const SETS: [string, SetOf][] = [
  ['report kits of drums16k', part('drums', 'kit', 'report')],
  ['all kits of drums16k', whole('drums', 'kit')],
  ['report voices of words16k', part('words', 'voice', 'report')],
  ['all voices of words16k', whole('words', 'voice')],
]
const READOUTS = ['plain', 'default']

const { values: given, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'string' } } })
const [runs, theirs] = positionals.map(word => word.split(','))
if (!runs || runs.length !== theirs?.length) throw new Error('Name as many files of weights as runs, in one word each.')
const rows: Record<string, string>[] = []
for (const [name, set] of SETS) await judge(name, set)
tellRows(
  rows,
  given.json,
  `balanced accuracy in percent, groups held out whole, 95 % over groups; ${runs.length} of each, paired`,
)

async function judge(name: string, set: SetOf): Promise<void> {
  const [ours, peers] = [READOUTS.map((): Uint8Array[] => []), READOUTS.map((): Uint8Array[] => [])]
  let paired: Paired | undefined
  for (const [at, run] of runs!.entries()) {
    const checkpoint = findCheckpoint(run)
    const { labels, groups, embedded, close } = await openSet(checkpoint, set)
    paired ??= new Paired(labels, groups)
    for (const [which, readout] of READOUTS.entries()) {
      const how = chosenReadout({ readout, layer: undefined, level: 'clip' }, checkpoint.checkpoint.readout)
      for (const [found, weights] of [[ours, checkpoint.tensors] as const, [peers, theirs![at]!] as const])
        found[which]!.push(recognised(await embedded(weights, how), labels, groups))
    }
    await close()
  }
  for (const [which, readout] of READOUTS.entries()) {
    const [earshot, pytorch] = [ours[which]!, peers[which]!]
    const minus = difference(paired!.difference(earshot, pytorch))
    rows.push({
      ...{ set: name, readout, Earshot: figure(paired!.figure(earshot)), PyTorch: figure(paired!.figure(pytorch)) },
      'Earshot minus PyTorch': minus,
    })
  }
}

function figure({ value, interval }: Estimate): string {
  return `${value.toFixed(1)} [${interval.map(bound => bound.toFixed(1)).join(', ')}]`
}
