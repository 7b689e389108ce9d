/** Every verb with small inputs, and for those that write files a command whose output is one of its inputs. */
import { cpSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { earshot } from '../earshot.js'
import { supervised } from '../pipelines/evaluation/classification/supervised.js'
import { recordTones, toneConfig } from '../pipelines/evaluation/events/tones.js'
import { smallSeparator, succeeds } from '../pipelines/separation/small-separator.js'
import { prepareDeeds } from './deeds.js'

export interface Verb {
  name: string
  /** @param place where it writes, if it does */
  words(place: string): string[]
  environment: Record<string, string>
  /** It prints alone. */
  prints?: true
  /** Copies its input to the place, and names it as output. @returns words, and the input */
  ontoInput?(place: string): { words: string[]; input: string }
}

export async function prepareVerbs(): Promise<{ folder: string; verbs: Verb[] }> {
  const { folder, deeds } = await prepareDeeds()
  const deedOf = (name: string) => deeds.find(deed => deed.name === name)!
  const { environment } = deedOf('train')
  const inside = (...names: string[]) => join(folder, ...names)
  const [run, config, sounds] = [inside('encoder'), inside('small.yaml'), inside('sounds')]
  const vectors = inside('old.arrow')
  const labelled = supervised('faults supervised', 2)
  const classifier = join(labelled.folder, 'classifier')
  await succeeds(earshot(['train', labelled.config, '--run', classifier], labelled.cache))
  const tones = recordTones(inside('tones'), 8)
  const detector = inside('detector')
  await succeeds(earshot(['train', toneConfig(tones, 2), '--run', detector], environment))
  const separator = await smallSeparator('faults verbs', 2)
  const scenes = join(separator.folder, 'scenes.yaml')
  const weights = 'test/fixtures/uclser20/vgg.safetensors'
  const sound = join(sounds, readdirSync(sounds)[0]!)
  const prints = (name: string, ...words: string[]): Verb => ({
    ...{ name, prints: true, environment },
    words: () => [...name.split(' '), ...words],
  })
  /** A copy in the place, under its own name. */
  const copied = (place: string, file: string) => {
    const input = join(place, file.split('/').at(-1)!)
    cpSync(file, input, { recursive: true })
    return input
  }
  /** Output last, behind `-o` or the flag given. */
  const writes = (
    name: string,
    output: string,
    words: readonly string[],
    input?: string,
    { flag = '-o', uses = environment }: { flag?: string; uses?: Record<string, string> } = {},
  ): Verb => ({
    name,
    environment: uses,
    words: place => [...name.split(' '), ...words, flag, join(place, output)],
    ...(input !== undefined && {
      ontoInput: place => {
        const copy = copied(place, input)
        const named = words.map(word => (word === input ? copy : word))
        return { words: [...name.split(' '), ...named, flag, copy], input: copy }
      },
    }),
  })
  const ofSeparator = { uses: { EARSHOT_CACHE: join(separator.folder, 'cache') } }
  const ofClassifier = { uses: labelled.cache }
  const verbs: Verb[] = [
    prints('doctor'),
    prints('list'),
    prints('validate', config),
    prints('config', config),
    writes('graph', 'graph.svg', [config], config, { flag: '--svg' }),
    writes('tap', 'tap', [config, 'view', '--count', '1'], undefined),
    writes('data check', 'check.json', [inside('test.yaml')], inside('test.yaml'), { flag: '--json' }),
    {
      ...writes('data split', 'split', [labelled.set, '--label', 'label', '--method', 'random']),
      ontoInput: place => {
        const input = copied(place, labelled.set)
        cpSync(labelled.sounds, join(place, 'sounds'), { recursive: true })
        return { words: ['data', 'split', input, '--method', 'random', '-o', input.replace(/\.tsv$/, '')], input }
      },
    },
    writes('scenes', 'scenes', [scenes], scenes),
    writes('train', 'run', [config], config, { flag: '--run' }),
    writes('import', 'run', ['uclser20', weights, '--sounds', sounds], weights),
    writes('embed', 'vectors.arrow', [run, sound], sound),
    writes('separate', 'out', [separator.run, sounds, '--count', '1'], sounds, ofSeparator),
    writes('evaluate-separation', 'e.json', [separator.run, separator.manifest], separator.manifest, ofSeparator),
    writes('export', 'exported', [run], run),
    writes('merge', 'all.arrow', [inside('part-1.arrow'), inside('part-2.arrow')], inside('part-1.arrow')),
    writes('inspect', 'inspection', [vectors], vectors),
    writes('probe', 'p.json', [vectors, '--label', 'label', '--folds', '2'], vectors, { flag: '--json' }),
    prints('similar', vectors, '0'),
    writes('finetune', 'run', [labelled.config], labelled.config, { flag: '--run', ...ofClassifier }),
    writes('classify', 'classes', [classifier, labelled.set], labelled.set, ofClassifier),
    writes('detect', 'events', [detector, tones], tones),
    writes('consistency', 'shifts', [classifier, labelled.set], labelled.set, ofClassifier),
    writes('report', 'report.html', [run, '--views', '0', '--embeddings', vectors], vectors),
    writes('label', 'label.html', [vectors, '--class', 'drum', '--table', inside('labels.csv')], vectors),
    prints('compare-sets', vectors, vectors),
    prints('runs', folder),
    prints('compare', run, run),
    writes('sweep run', 'sweep', [inside('sweep.yaml')], inside('sweep.yaml'), { flag: '--output' }),
    prints('cache'),
    prints('engine', '--help'),
  ]
  mkdirSync(inside('place'), { recursive: true })
  return { folder, verbs }
}
