/** configs/audioset-shallow.yaml on a miniature copy of AudioSet: its lists as published, and real sounds. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { readClips } from '../../../../data/manifests.js'
import { readConfig } from '../../../../pipelines/configuration/config.js'
import type { Classification } from '../../../../pipelines/evaluation/classification/classification.js'
import { earshot, scratchFolder } from '../../../earshot.js'

const SAMPLES = 'node_modules/supersonic-scsynth-samples/samples'
const CONFIG = 'configs/audioset-shallow.yaml'

const CLASSES = [
  '164,/m/026t6,"Drum"',
  '168,/m/0bm02,"Bass drum"',
  '239,/m/02lkt,"Electronic music"',
  '73,/m/068hy,"Domestic animals, pets"',
]

/** Ten segments to train on and six to be judged by; one more in each list whose video has vanished. */
function miniature(): string {
  const folder = scratchFolder('audioset')
  const names = readdirSync(SAMPLES).filter(name => /^(bd|elec).*flac$/.test(name))
  const sounds = [...names.filter(name => name.startsWith('bd')).slice(0, 8), ...names.slice(-8)]
  const lines: Record<'balanced_train' | 'eval', string[]> = { balanced_train: [], eval: [] }
  for (const list of Object.keys(lines)) mkdirSync(join(folder, 'audio', list), { recursive: true })
  sounds.forEach((name, i) => {
    const [video, start] = [`-_x${`${i}`.padStart(8, '0')}`, 10 * i]
    const list = i % 8 < 5 ? 'balanced_train' : 'eval'
    const file = i % 2 ? `Y${video}.flac` : `${video}_${start}.000.flac`
    copyFileSync(join(SAMPLES, name), join(folder, 'audio', list, file))
    const mids = name.startsWith('bd') ? '/m/026t6,/m/0bm02' : '/m/02lkt'
    lines[list].push(`${video}, ${start}.000, ${start + 10}.000, "${mids}"`)
  })
  for (const [list, segments] of Object.entries(lines)) {
    const header = [
      '# Segments csv created Sun Mar  5 10:54:31 2017',
      `# num_ytids=${segments.length}, num_segs=${segments.length}, num_unique_labels=527, num_positive_labels=30`,
      '# YTID, start_seconds, end_seconds, positive_labels',
    ]
    const gone = 'gone_gone_0, 30.000, 40.000, "/m/068hy"'
    writeFileSync(join(folder, `${list}_segments.csv`), `${[...header, gone, ...segments].join('\n')}\n`)
  }
  writeFileSync(join(folder, 'class_labels_indices.csv'), `index,mid,display_name\n${CLASSES.join('\n')}\n`)
  return folder
}

test('it has the 527 classes, one hidden layer of 512 units, a frozen encoder, and each class by itself', async t => {
  const { nodes } = (await readConfig(CONFIG)).graph
  const of = (id: string) => nodes.find(node => node.id === id)!.parameters
  const classes = of('label').classes as string[]
  t.is(new Set(classes).size, 527)
  for (const line of CLASSES) {
    const [, index, name] = /^(\d+),[^,]+,"(.*)"$/.exec(line)!
    t.is(classes[Number(index)], name)
  }
  t.is(of('classifier').hidden, 512)
  t.is(of('entropy').outputs, 'sigmoid')
})

test.serial(
  'trains on the balanced list and is judged by mAP on the evaluation list, on what a local copy has',
  async t => {
    const folder = miniature()
    const environment = { AUDIOSET: folder, EARSHOT_CACHE: join(folder, 'cache') }
    process.env.AUDIOSET = folder
    const { clips } = await readClips('data/sets/audioset-evaluation.yaml')
    t.is(clips.length, 6)
    t.is(clips[0]!.labels.labels, 'Drum;Bass drum')
    const run = join(folder, 'run')
    const small = ['batch.size=8', 'labels.size=8', 'encoder.widths=[4,8]', 'patch.frames=48'].map(
      one => `nodes.${one}`,
    )
    const sets = [...small, 'train.steps=3', 'train.calibration=1', 'train.schedule.warm-up=0']
    const words = ['finetune', CONFIG, '--run', run, ...sets.flatMap(one => ['--set', one])]
    const { code, out, error } = await earshot(words, environment)
    t.is(code, 0, error)
    t.regex(out, /mAP +[\d.]+/)
    const judged = join(run, 'classification', 'audioset-evaluation', 'classification.json')
    const found = JSON.parse(readFileSync(judged, 'utf8')) as Classification
    t.like(found, { clips: 6, labelled: 6, left: [] })
    t.regex(`${found.settings.pooling}`, /mean/)
    t.true(found.figures!.map!.value > 0)
  },
)

test.serial('without a copy it says which variable to set', async t => {
  const { code, error } = await earshot(['finetune', CONFIG], { AUDIOSET: '/no/such/folder' })
  t.is(code, 1)
  t.regex(error, /Set AUDIOSET to the folder that holds it/)
})
