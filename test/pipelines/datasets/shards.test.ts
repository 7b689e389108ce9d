/** Tar shards through the command line: checked, split, embedded and probed as the same sounds in a folder are. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { openEmbeddings } from '../../../data/arrow/arrow-reader.js'
import { readClips } from '../../../data/manifests.js'
import { earshot } from '../../earshot.js'
import { smallConfig } from '../../small-config.js'

/** The good sounds as two shards of samples, the class beside each; the broken one is in the second. */
function shards(sounds: string, folder: string): string {
  const packed = join(folder, 'shards')
  mkdirSync(packed)
  const names = readdirSync(sounds).sort()
  for (const name of names) {
    const [key, kind] = [name.replace(/\.flac$/, ''), name.slice(0, name.indexOf('_'))]
    writeFileSync(join(sounds, `${key}.json`), JSON.stringify({ kind }))
    writeFileSync(join(sounds, `${key}.cls`), `${kind.length}\n`)
  }
  for (const [i, part] of [names.slice(0, 12), names.slice(12)].entries()) {
    const files = part.flatMap(name => ['.cls', '.flac', '.json'].map(ending => name.replace(/\.flac$/, ending)))
    const { status, stderr } = spawnSync('tar', ['-C', sounds, '-c', '-f', join(packed, `00${i}.tar`), ...files])
    if (status !== 0) throw new Error(`${stderr}`)
  }
  return packed
}

async function rowsOf(file: string): Promise<Map<string, Float32Array>> {
  const source = await openEmbeddings(file)
  const rows = new Map<string, Float32Array>()
  for await (const { rows: count, clips, embedding } of source.batches())
    for (let at = 0; at < count; at++)
      rows.set(
        clips[at]!.split('/').at(-1)!,
        embedding.slice(at * source.dimensions, (at + 1) * source.dimensions) as Float32Array,
      )
  await source.close()
  return rows
}

test('trained, embedded, probed and checked as the same sounds in a folder', async t => {
  const small = smallConfig('shards', { steps: 1, every: 1 })
  const cache = { EARSHOT_CACHE: join(small.folder, 'cache') }
  const packed = shards(small.sounds, small.folder)
  const run = join(small.folder, 'run')
  const braces = join(packed, '{000..001}.tar')
  const trained = await earshot(['train', small.config, '--run', run, '--set', `data.set=${packed}`], cache)
  t.is(trained.code, 0, trained.error)
  t.regex(
    readFileSync(join(run, 'skipped.jsonl'), 'utf8'),
    /00\d\.tar\/c-truncated\.flac.*it holds no whole FLAC frame/,
  )

  const [plain, sharded] = ['plain.arrow', 'sharded.arrow'].map(name => join(small.folder, name)) as [string, string]
  const features = () => readdirSync(join(cache.EARSHOT_CACHE, 'features'), { recursive: true }).length
  const before = features()
  for (const [input, output] of [
    [small.sounds, plain],
    [braces, sharded],
  ] as const) {
    const { code, error } = await earshot(['embed', run, input, '-o', output, '--no-baselines'], cache)
    t.is(code, 0, error)
  }
  t.is(features(), before) // what a sound is decides, not where it lies
  t.deepEqual(await rowsOf(sharded), await rowsOf(plain))

  const probed = await earshot(['probe', sharded, '--label', 'kind', '--folds', '2'], cache)
  t.is(probed.code, 0, probed.error)
  t.regex(probed.out, /sharded|trained/)

  const checked = await earshot(['data', 'check', braces, '--against', small.sounds], cache)
  t.is(checked.code, 1)
  t.regex(checked.out, /c-truncated\.flac/)
  t.regex(checked.out, /00\d\.tar/)

  const parts = [
    'data',
    'split',
    braces,
    '--label',
    'kind',
    '--parts',
    'train=0.5,test=0.5',
    '-o',
    join(small.folder, 'parts'),
  ]
  t.is((await earshot(parts, cache)).code, 0)
  const [all, part] = [await readClips(braces), await readClips(join(small.folder, 'parts-test.yaml'))]
  t.deepEqual(
    part.clips.map(({ id, path }) => [id, path]),
    all.clips.flatMap(({ id, path }) => (part.clips.some(one => one.id === id) ? [[id, path]] : [])),
  )
})

test('a sound that only ffmpeg reads is read out of the middle of a tar', async t => {
  const small = smallConfig('shards-ffmpeg', { steps: 1, every: 1 })
  const [folder, sounds] = [join(small.folder, 'other'), small.sounds]
  mkdirSync(folder)
  const m4a = 'test/fixtures/decode/aac.m4a'
  writeFileSync(join(folder, 'b.m4a'), readFileSync(m4a))
  const first = readdirSync(sounds)[0]!
  renameSync(join(sounds, first), join(folder, 'a.flac'))
  spawnSync('tar', ['-C', folder, '-c', '-f', join(folder, 'x.tar'), 'a.flac', 'b.m4a'])
  const { decode } = await import('../../../data/decoding/decode.js')
  const samplesOf = async (path: string) => {
    let [count, sum] = [0, 0]
    for await (const { samples } of decode(path)) {
      count += samples.length
      for (const one of samples) sum += one
    }
    return [count, sum]
  }
  t.deepEqual(await samplesOf(join(folder, 'x.tar/b.m4a')), await samplesOf(join(folder, 'b.m4a')))
})
