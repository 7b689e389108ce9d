/** What is done on the failing disk: five verbs, each with what it leaves behind and how one goes on after a fault. */
import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { streamOf } from '../../graphs/streams/draws.js'
import { integerWav, quantised } from '../../pipelines/drawing/wav-file.js'
import { earshot } from '../earshot.js'
import { RATE, smallSeparator, succeeds } from '../pipelines/separation/small-separator.js'
import { smallConfig } from '../small-config.js'

export interface Deed {
  name: string
  environment: Record<string, string>
  /** What lies in the folder before. */
  before?(folder: string): void
  words(folder: string): string[]
  /** After a fault. */
  again(folder: string): string[]
  /** Of the files below the folder, those that are the same in the end, bit for bit. */
  artefacts: RegExp
  /** Of these, those that grow, and are whole only in the end. */
  growing: RegExp
}

const GROWING = /(metrics|skipped)\.jsonl$/

/** Small sounds, a trained encoder and a trained separator, for all deeds together. */
export async function prepareDeeds(): Promise<{ folder: string; deeds: Deed[] }> {
  const small = smallConfig('faults', { steps: 4, every: 2, compile: 'auto' })
  const { folder, config, sounds, cache: environment } = small
  const run = join(folder, 'encoder')
  const call = (...words: string[]) => succeeds(earshot(words, environment))
  await call('train', config, '--run', run)
  const names = readdirSync(sounds).filter(name => !name.startsWith('c-'))
  writeFileSync(
    join(folder, 'labels.tsv'),
    ['file\tlabel', ...names.map((name, at) => `${name}\t${at % 2 ? 'that' : 'this'}`), ''].join('\n'),
  )
  writeFileSync(join(folder, 'test.yaml'), 'folder: sounds\ntable: ../labels.tsv\n')
  writeFileSync(
    join(folder, 'sweep.yaml'),
    `name: small
base: small.yaml
seeds: [3]
edits: [{ set: train.steps=2 }]
arms: { base: [], hot: [{ set: nodes.similarity.temperature=0.5 }] }
evaluate: { sounds: { set: test.yaml, label: label } }
budget: { threads: 1, memory: 100 MB }
`,
  )
  const labelled = join(folder, 'test.yaml')
  const part = (number: number) => join(folder, `part-${number}.arrow`)
  for (const number of [1, 2]) await call('embed', run, labelled, '-o', part(number), '--shard', `${number}/2`)
  const old = join(folder, 'old.arrow')
  await call('embed', `${run}@2`, labelled, '-o', old)
  /** Embeddings of an earlier checkpoint, with their baselines. */
  const earlier = (name: string) => (place: string) => {
    cpSync(old, join(place, `${name}.arrow`))
    cpSync(join(folder, 'old.baselines'), join(place, `${name}.baselines`), { recursive: true })
  }
  const separator = await smallSeparator('faults separator', 4)
  const recordings = join(folder, 'recordings')
  mkdirSync(recordings)
  for (const [at, length] of [1.3, 0.4].entries()) {
    const noise = new Float32Array(length * RATE)
    streamOf(`recording ${at}`).fillNormal(noise, 0.1)
    writeFileSync(join(recordings, `${at}.wav`), integerWav(quantised(noise), RATE))
  }
  writeFileSync(join(recordings, 'text.wav'), 'no sound')
  const same = (words: (place: string) => string[]) => ({ words, again: words })
  const deeds: Deed[] = [
    {
      name: 'train',
      words: place => ['train', config, '--run', join(place, 'run')],
      again: place =>
        existsSync(join(place, 'run', 'run.yaml'))
          ? ['train', '--run', join(place, 'run'), '--resume']
          : ['train', config, '--run', join(place, 'run')],
      artefacts: /((untrained|step-\d+)\.safetensors|metrics\.jsonl)$/,
      growing: GROWING,
      environment,
    },
    {
      name: 'embed',
      before: earlier('vectors'),
      ...same(place => ['embed', run, labelled, '-o', join(place, 'vectors.arrow')]),
      artefacts: /(\.arrow|\.jsonl)$/,
      growing: GROWING,
      environment,
    },
    {
      name: 'merge',
      before: earlier('all'),
      ...same(place => ['merge', part(1), part(2), '-o', join(place, 'all.arrow')]),
      artefacts: /(\.arrow|\.jsonl)$/,
      growing: GROWING,
      environment,
    },
    {
      name: 'separate',
      ...same(place => [
        ...['separate', separator.run, recordings, '-o', join(place, 'out')],
        ...['--window', '1 s', '--overlap', '0.25 s'],
      ]),
      artefacts: /(\.wav|\.html|\.json|\.jsonl)$/,
      growing: GROWING,
      environment: { EARSHOT_CACHE: join(separator.folder, 'cache') },
    },
    {
      name: 'sweep',
      words: place => ['sweep', 'run', join(folder, 'sweep.yaml'), '--output', join(place, 'sweep')],
      again: place => ['sweep', 'run', join(folder, 'sweep.yaml'), '--output', join(place, 'sweep'), '--retry'],
      artefacts: /((untrained|step-\d+)\.safetensors|metrics\.jsonl|results\.csv)$/,
      growing: /(metrics\.jsonl|results\.csv)$/, // the table is written anew as jobs end
      environment,
    },
  ]
  return { folder, deeds }
}
