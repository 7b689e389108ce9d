/** Miniature copies of published data sets: their real folders, file names and tables, with empty recordings. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import test from 'ava'
import { adapters } from '../../../data/adapters.js'
import { type ClipList, readClips } from '../../../data/manifests.js'
import { Problem, Problems } from '../../../data/problem.js'
import { earshot, scratchFolder } from '../../earshot.js'

type Copy = Record<string, string | readonly string[]>

/** Text files and empty recordings by path below the data set's folder, and the file that a test takes away. */
const COPIES: Record<string, { files: Copy; without: string }> = {
  'esc-50': {
    without: 'meta/esc50.csv',
    files: {
      'audio/1-100032-A-0.wav': '',
      'audio/5-9032-A-0.wav': '',
      'meta/esc50.csv': [
        'filename,fold,target,category,esc10,src_file,take',
        '1-100032-A-0.wav,1,0,dog,True,100032,A',
        '5-9032-A-0.wav,5,0,dog,True,9032,A',
      ],
    },
  },
  urbansound8k: {
    without: 'metadata/UrbanSound8K.csv',
    files: {
      'audio/fold5/100032-3-0-0.wav': '',
      'audio/fold5/100263-2-0-117.wav': '',
      'metadata/UrbanSound8K.csv': [
        'slice_file_name,fsID,start,end,salience,fold,classID,class',
        '100032-3-0-0.wav,100032,0.0,0.317551,1,5,3,dog_bark',
        '100263-2-0-117.wav,100263,58.5,62.5,1,5,2,children_playing',
      ],
    },
  },
  fsd50k: {
    without: 'FSD50K.ground_truth/eval.csv',
    files: {
      'FSD50K.dev_audio/64760.wav': '',
      'FSD50K.dev_audio/345111.wav': '',
      'FSD50K.eval_audio/37199.wav': '',
      'FSD50K.ground_truth/dev.csv': [
        'fname,labels,mids,split',
        '64760,"Electric_guitar,Guitar,Music","/m/02sgy,/m/0342h,/m/04rlf",train',
        '345111,"Electric_guitar,Guitar,Music","/m/02sgy,/m/0342h,/m/04rlf",val',
      ],
      'FSD50K.ground_truth/eval.csv': ['fname,labels,mids', '37199,"Electric_guitar,Music","/m/02sgy,/m/04rlf"'],
      'FSD50K.metadata/dev_clips_info_FSD50K.json': JSON.stringify({
        64760: { title: 'a', description: 'b', tags: ['c'], license: 'd', uploader: 'casualdave' },
        345111: { title: 'a', description: 'b', tags: ['c'], license: 'd', uploader: 'someone' },
      }),
    },
  },
  fsdnoisy18k: {
    without: 'FSDnoisy18k.meta/test.csv',
    files: {
      'FSDnoisy18k.audio_train/69.wav': '',
      'FSDnoisy18k.audio_test/564.wav': '',
      'FSDnoisy18k.meta/train.csv': [
        'fname,label,aso_id,manually_verified,noisy_small',
        '69.wav,Acoustic_guitar,/m/042v_gx,0,1',
      ],
      'FSDnoisy18k.meta/test.csv': ['fname,label,aso_id', '564.wav,Walk_or_footsteps,/m/07pbtc8'],
    },
  },
  fsdkaggle2018: {
    without: 'FSDKaggle2018.audio_test',
    files: {
      'FSDKaggle2018.audio_train/00044347.wav': '',
      'FSDKaggle2018.audio_test/00326aa9.wav': '',
      'FSDKaggle2018.meta/train_post_competition.csv': [
        'fname,label,manually_verified,freesound_id,license',
        '00044347.wav,Hi-hat,0,28739,Attribution',
      ],
      'FSDKaggle2018.meta/test_post_competition_scoring_clips.csv': [
        'fname,label,usage,freesound_id,license',
        '00326aa9.wav,Oboe,Private,355125,Attribution',
      ],
    },
  },
  fsdkaggle2019: {
    without: 'FSDKaggle2019.meta/train_noisy_post_competition.csv',
    files: {
      'FSDKaggle2019.audio_train_curated/0006ae4e.wav': '',
      'FSDKaggle2019.audio_train_noisy/00097e21.wav': '',
      'FSDKaggle2019.audio_test/4260ebea.wav': '',
      'FSDKaggle2019.meta/train_curated_post_competition.csv': [
        'fname,labels,freesound_id,license',
        '0006ae4e.wav,"Bark,Raindrop",65579,Attribution',
      ],
      'FSDKaggle2019.meta/train_noisy_post_competition.csv': [
        'fname,labels,flickr_video_URL,license',
        '00097e21.wav,Bathtub_(filling_or_washing),https://www.flickr.com/1,Attribution',
      ],
      'FSDKaggle2019.meta/test_post_competition.csv': [
        'fname,labels,usage,freesound_id,license',
        '4260ebea.wav,Bark,Public,1,Attribution',
      ],
    },
  },
  fuss: {
    without: 'train_example_list.txt',
    files: {
      'train/example00000.wav': '',
      'train/example00000_sources/background0_sound.wav': '',
      'train/example00000_sources/foreground0_sound.wav': '',
      'eval/example00003.wav': '',
      'train_example_list.txt': [
        [
          ...['train/example00000.wav', 'train/example00000_sources/background0_sound.wav'],
          'train/example00000_sources/foreground0_sound.wav',
        ].join('\t'),
      ],
      'eval_example_list.txt': ['eval/example00003.wav\teval/example00003_sources/background0_sound.wav'],
    },
  },
  'speech-commands': {
    without: 'testing_list.txt',
    files: {
      'bed/00176480_nohash_0.wav': '',
      'bed/026290a7_nohash_0.wav': '',
      'cat/00176480_nohash_1.wav': '',
      '_background_noise_/white_noise.wav': '',
      'validation_list.txt': ['bed/026290a7_nohash_0.wav'],
      'testing_list.txt': ['cat/00176480_nohash_1.wav'],
    },
  },
  nsynth: {
    without: 'nsynth-valid/examples.json',
    files: {
      'nsynth-train/audio/guitar_acoustic_001-082-050.wav': '',
      'nsynth-valid/audio/bass_synthetic_033-022-050.wav': '',
      'nsynth-train/examples.json': JSON.stringify({
        'guitar_acoustic_001-082-050': note('guitar', 'acoustic', 82, ['percussive', 'bright']),
      }),
      'nsynth-valid/examples.json': JSON.stringify({
        'bass_synthetic_033-022-050': note('bass', 'synthetic', 22, []),
      }),
    },
  },
  audioset: {
    without: 'class_labels_indices.csv',
    files: {
      'balanced_train_segments/Y--PJHxphWEs.wav': '',
      'eval_segments/-0RWZT-miFs_420.000.flac': '',
      'eval_segments/-0RWZT-miFs_30000_40000.flac': '',
      'balanced_train_segments.csv': [
        '# Segments csv created Sun Mar  5 10:54:31 2017',
        '# num_ytids=22160, num_segs=22160, num_unique_labels=527, num_positive_labels=52882',
        '# YTID, start_seconds, end_seconds, positive_labels',
        '--PJHxphWEs, 30.000, 40.000, "/m/09x0r,/t/dd00088"',
        '--aE2O5G5WE, 0.000, 10.000, "/m/03fwl"',
      ],
      'eval_segments.csv': ['-0RWZT-miFs, 420.000, 430.000, "/m/03v3yw,/m/0k4j"'],
      'class_labels_indices.csv': [
        'index,mid,display_name',
        '0,/m/09x0r,"Speech"',
        '1,/t/dd00088,"Gush"',
        '2,/m/0k4j,"Car"',
        '3,/m/03v3yw,"Keys jangling"',
      ],
    },
  },
}

function note(family: string, source: string, pitch: number, qualities: string[]) {
  const names = { instrument_str: `${family}_${source}_001`, instrument_family_str: family }
  return { ...names, instrument_source_str: source, pitch, velocity: 50, sample_rate: 16000, qualities_str: qualities }
}

function copyOf(name: string): { folder: string; set: string } {
  const folder = scratchFolder(name)
  for (const [path, text] of Object.entries(COPIES[name]!.files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), typeof text === 'string' ? text : `${text.join('\n')}\n`)
  }
  const set = join(folder, 'set.yaml')
  writeFileSync(set, `adapter: ${name}\nfolder: .\n`)
  return { folder, set }
}

const short = ({ clips }: ClipList) => clips.map(({ id, labels }) => [id, labels])

/** What has to be read of them. */
const EXPECTED = JSON.parse(readFileSync('test/fixtures/adapters/expected.json', 'utf8'))

test('every adapter has a miniature copy here', t => {
  t.deepEqual(adapters.map(({ name }) => name).sort(), Object.keys(COPIES).sort())
})

for (const { name, protocol } of adapters) {
  test(`${name}: clips, columns and official parts as published`, async t => {
    const { set } = copyOf(name)
    const list = await readClips(set)
    t.deepEqual({ columns: list.columns, clips: short(list) }, EXPECTED[name])
    for (const column of [protocol.label, protocol.group, protocol.split])
      if (column !== undefined) t.true(list.columns.includes(column), column)
  })

  test(`${name}: what is missing is named`, async t => {
    const { folder, set } = copyOf(name)
    const { without } = COPIES[name]!
    rmSync(join(folder, without), { recursive: true })
    const error = await t.throwsAsync(readClips(set), { instanceOf: Problem })
    t.is((error as Problem).code, 'bad-layout')
    t.true(error!.message.includes(`${without} is missing`), error!.message)
    t.truthy((error as Problem).hint)
  })
}

test('a table without its column is named with its line', async t => {
  const { folder, set } = copyOf('esc-50')
  writeFileSync(join(folder, 'meta/esc50.csv'), 'filename,fold,category\n1-100032-A-0.wav,1,dog\n')
  const error = await t.throwsAsync(readClips(set), { instanceOf: Problem })
  t.regex(error!.message, /esc50\.csv:1: it has no column 'esc10'/)
})

for (const [name, file] of [
  ['nsynth', 'nsynth-train/examples.json'],
  ['fsd50k', 'FSD50K.metadata/dev_clips_info_FSD50K.json'],
] as const)
  test(`${name}: JSON cut short, of nothing or of another kind is a problem that names the file`, async t => {
    for (const content of ['{"a": {', 'null', '[{}]', '{"a": null}', '"text"']) {
      const { folder, set } = copyOf(name)
      writeFileSync(join(folder, file), content)
      const error = await t.throwsAsync(readClips(set), { instanceOf: Problem }, content)
      t.is((error as Problem).code, 'bad-table')
      t.true(error!.message.includes(file), error!.message)
    }
  })

test('FSD50K without its evaluation part is read; parts of a set are taken by conditions', async t => {
  const { folder, set } = copyOf('fsd50k')
  rmSync(join(folder, 'FSD50K.eval_audio'), { recursive: true })
  writeFileSync(set, 'adapter: fsd50k\nfolder: .\nwhere: { split: validation }\n')
  t.deepEqual(short(await readClips(set)), [
    [
      'FSD50K.dev_audio/345111.wav',
      { labels: 'Electric_guitar;Guitar;Music', split: 'validation', uploader: 'someone' },
    ],
  ])
})

test('an unknown adapter, or one without a folder, is refused', async t => {
  const { set } = copyOf('esc-50')
  for (const text of ['adapter: esc-5\nfolder: .\n', 'adapter: esc-50\ntable: set.yaml\n']) {
    writeFileSync(set, text)
    const error = await t.throwsAsync(readClips(set), { instanceOf: Problems })
    t.is((error as Problems).problems[0]!.code, 'bad-data-set')
  }
})

test('list-adapters says what each one needs', async t => {
  const { code, out } = await earshot(['data', 'list-adapters'])
  t.is(code, 0)
  for (const { name, layout } of adapters) t.true(out.includes(`${name}: `) && out.includes(layout.join(', ')))
})

test('FSD50K: what people said of the classes they were asked for stands in columns of its own', async t => {
  const { folder, set } = copyOf('fsd50k')
  const ratings = {
    64760: { '/m/02sgy': [1, 1, 0.5], '/m/0342h': [0.5, 0.5], '/m/04rlf': [-1, -1] },
    37199: { '/m/02sgy': [0, 1], '/m/unknown': [1, 1] },
  }
  writeFileSync(join(folder, 'FSD50K.metadata/pp_pnp_ratings_FSD50K.json'), JSON.stringify(ratings))
  const { clips, columns } = await readClips(set)
  t.deepEqual(columns, ['labels', 'split', 'uploader', 'predominant', 'background', 'denied'])
  const of = (id: string) => clips.find(clip => clip.id.endsWith(id))!.labels
  t.like(of('64760.wav'), { predominant: 'Electric_guitar', background: 'Guitar', denied: 'Music' })
  t.like(of('37199.wav'), { predominant: 'Electric_guitar' })
  t.is(of('345111.wav').predominant, undefined)
})
