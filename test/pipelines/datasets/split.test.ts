import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { type ListedClip, readClips } from '../../../data/manifests.js'
import { writeSplit } from '../../../pipelines/datasets/split-files.js'
import { earshot, scratchFolder } from '../../earshot.js'

/** 60 empty files below a folder, of 3 classes and 12 kits. */
function table(name: string): { folder: string; file: string } {
  const folder = scratchFolder(name)
  mkdirSync(join(folder, 'sounds'))
  const rows = Array.from({ length: 60 }, (_, i) => {
    writeFileSync(join(folder, 'sounds', `${i}.wav`), '')
    return `sounds/${i}.wav\t${'abc'[i % 3]}\tkit ${i % 12}`
  })
  const file = join(folder, 'clips.tsv')
  writeFileSync(file, ['file\tclass\tkit', ...rows, ''].join('\n'))
  return { folder, file }
}

test('a split is a data set: the same clips with their ids, and a file for each part', async t => {
  const { folder, file } = table('split')
  const output = join(folder, 'splits', 'mine')
  const { code, out, error } = await earshot([
    'data',
    'split',
    file,
    '--label',
    'class',
    '--group',
    'kit',
    '-o',
    output,
  ])
  t.is(code, 0, error)
  t.regex(out, /within-class contamination: {2}0 clips/)
  const before = await readClips(file)
  const after = await readClips(`${output}.yaml`)
  t.deepEqual(after.columns, ['class', 'kit', 'split'])
  t.deepEqual(
    after.clips.map(({ labels: { split, ...labels }, ...clip }) => ({ ...clip, labels })),
    before.clips,
  )
  const sizes = await Promise.all(
    ['train', 'validation', 'test'].map(async part => (await readClips(`${output}-${part}.yaml`)).clips.length),
  )
  t.is(
    sizes.reduce((sum, size) => sum + size, 0),
    60,
  )
  const again = join(folder, 'again')
  await earshot(['data', 'split', file, '--label', 'class', '--group', 'kit', '-o', again])
  t.is(readFileSync(`${again}.tsv`, 'utf8'), readFileSync(`${output}.tsv`, 'utf8'))
})

test('clips that have no group are counted: each is parted by itself', async t => {
  const { folder, file } = table('ungrouped')
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll('kit 11', '').replaceAll('kit 10', ' '))
  const words = ['data', 'split', file, '--label', 'class', '--group', 'kit']
  const { out } = await earshot([...words, '--keep-groups', '-o', join(folder, 'kept')])
  t.regex(out, /^10 clips without a group \(nothing in 'kit'\): each is parted by itself$/m)
  t.regex((await earshot([...words, '--existing', 'class'])).out, /^10 clips without a group/m)
})

test('contamination of an existing split is counted, and nothing written', async t => {
  const { folder, file } = table('existing')
  const random = join(folder, 'random')
  const words = ['--method', 'random', '--label', 'class', '--group', 'kit']
  t.is((await earshot(['data', 'split', file, ...words, '-o', random])).code, 0)
  const { out } = await earshot(['data', 'split', `${random}.yaml`, ...words.slice(2), '--existing', 'split'])
  const [, within] = /within-class contamination: +(\d+) clips/.exec(out) ?? []
  t.true(Number(within) > 20, out)
})

test('a table that could not be read again as it was written is not written', t => {
  const folder = scratchFolder('columns')
  const clip = { id: 'a.wav', path: join(folder, 'a.wav'), labels: {} }
  const name = join(folder, 'split')
  const written = (columns: string[], column: string, clips: ListedClip[] = [clip]) =>
    writeSplit(name, { clips, columns }, ['train'], { column, parts: ['train'], purpose: '' })
  for (const column of ['file', 'start', 'onset_ms', 'end', '', ' part'])
    t.throws(() => written(['class'], column), { message: `The new column cannot be called '${column}'.` })
  t.throws(() => written(['file'], 'split'), { message: /have a label column 'file'/ })
  t.throws(() => written(['start'], 'split', [{ ...clip, start: 1, end: 2 }]), { message: /a label column 'start'/ })
  t.false(existsSync(`${name}.tsv`))
  t.is(written(['class'], 'fold').length, 2)
})

test('wrong options are told apart in words', async t => {
  const { file } = table('options')
  const told = async (...words: string[]) => (await earshot(['data', 'split', file, ...words])).error
  t.regex(await told(), /where to write/)
  t.regex(await told('-o', 'x', '--parts', 'a=0.5,b=0.4'), /add up to 0\.9/)
  t.regex(await told('-o', 'x', '--method', 'stratified'), /needs --label/)
  t.regex(await told('-o', 'x', '--label', 'klass'), /no column 'klass'/)
  t.regex(await told('-o', 'x', '--label', 'class', '--method', 'magic'), /must be one of random, stratified/)
})
