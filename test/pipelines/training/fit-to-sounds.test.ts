/** What a config is told by its sounds before any is decoded: windows, a batch that fits, classes. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { findFfmpeg } from '../../../data/decoding/ffmpeg.js'
import { Problem } from '../../../data/problem.js'
import { readConfig } from '../../../pipelines/configuration/config.js'
import { fittingEdits, onSounds } from '../../../pipelines/training/fit-to-sounds.js'
import { scratchFolder } from '../../earshot.js'
import { writeWav } from '../../stages/audio/sounds.js'

/** A config whose sounds last so many seconds each. */
async function configOf(seconds: readonly number[], more: readonly string[] = []) {
  const folder = scratchFolder('fit')
  mkdirSync(join(folder, 'sounds'))
  for (const [at, length] of seconds.entries())
    writeWav(join(folder, 'sounds', `${at}.wav`), new Float32Array(100 * length), { rate: 100 })
  const edits = [`data.set=${JSON.stringify(join(folder, 'sounds'))}`, ...more].map(set => ({ set }))
  return readConfig('configs/quickstart.yaml', edits)
}

test('long recordings are cut into windows of 5 s, of which those come that hold sound, and that is said', async t => {
  const { edits, told } = await fittingEdits(await configOf([600, 600, 20]))
  t.deepEqual(edits, [{ set: 'data.segment=5 s' }, { set: 'nodes.clip.draw=active' }])
  t.regex(told.join(), /3 are cut into 244 windows.*nodes\.clip\.draw: active \(duration has all come\)/)
  const all = await fittingEdits(await configOf([600, 600, 20], ['nodes.clip.draw=duration']))
  t.deepEqual(all.edits, [{ set: 'data.segment=5 s' }])
})

const ffmpeg = findFfmpeg()
;(ffmpeg ? test : test.skip)('those of a telephone are long, too, and are not decoded to be known as such', async t => {
  const config = await configOf([80])
  const wav = join(config.data.set, '0.wav')
  execFileSync(ffmpeg!, ['-nostdin', '-v', 'error', '-i', wav, '-ar', '8000', join(config.data.set, 'a.m4a')])
  rmSync(wav)
  const { edits, told } = await fittingEdits(config)
  t.deepEqual(edits[0], { set: 'data.segment=5 s' })
  t.regex(told.join(), /over 80 s\): 1 are cut into 16 windows/)
})

test('fewer clips than a batch takes make a smaller one; a segment that is named stays', async t => {
  const { edits, told } = await fittingEdits(await configOf([100, 100], ['data.segment=10 s']))
  t.deepEqual(edits, [{ set: 'nodes.batch.size=16' }])
  t.regex(told.join(), /20 clips.*it takes 16 instead/)
  const few = await fittingEdits(await configOf([3, 3, 3]))
  t.deepEqual(few.edits, [{ set: 'nodes.batch.size=2' }])
})

test('enough short clips change nothing; one clip is refused before it is decoded', async t => {
  t.deepEqual((await fittingEdits(await configOf(Array(64).fill(1)))).edits, [])
  const error = await t.throwsAsync(fittingEdits(await configOf([2])), { instanceOf: Problem })
  t.is(error?.code, 'too-few-clips')
})

test('classes that nobody names are those of the column; those of a config stay', async t => {
  const folder = scratchFolder('classes')
  const [a, b] = ['a.wav', 'b.wav'].map(name => writeWav(join(folder, name), new Float32Array(200), { rate: 100 }))
  writeFileSync(join(folder, 'calls.csv'), `file,start,end,label\n${a},0,1,wren;robin\n${b},0,1,owl\n`)
  const config = join(folder, 'birds.yaml')
  writeFileSync(
    config,
    `extends: ${join(process.cwd(), 'configs/supervised-drums.yaml')}\ndata: { set: calls.csv }\nnodes: { label: { classes: null, separator: ; } }\n`,
  )
  const classesOf = async (...edits: { set: string }[]) => {
    const { graph } = await readConfig(config, edits)
    return graph.nodes.find(({ id }) => id === 'label')!.parameters.classes
  }
  t.deepEqual(await classesOf(), ['owl', 'robin', 'wren'])
  t.deepEqual(await classesOf({ set: 'nodes.label.classes=[owl, wren]' }), ['owl', 'wren'])
})

test('a folder in place of a config is trained on as the quickstart, into a run of its name; a config stays', async t => {
  const folder = join(scratchFolder('sounds'), 'nights: June')
  mkdirSync(folder)
  const { file, edits, told } = onSounds(folder, [{ set: 'train.steps=5' }])
  const { name, data, train } = await readConfig(file!, edits)
  t.deepEqual([name, data.set, train.steps], ['nights--June', folder, 5])
  t.regex(told.join(), /nights: June is no config: its sounds are trained on as configs\/quickstart\.yaml says/)
  for (const other of ['configs/pool.yaml', 'quickstart', undefined])
    t.deepEqual(onSounds(other, []), { file: other, edits: [], told: [] })
})
