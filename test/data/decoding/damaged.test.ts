/** The short form of `npm run test:damaged-audio`. */
import test from 'ava'
import { findFfmpeg } from '../../../data/decoding/ffmpeg.js'
import { temporaryFolder } from '../../stages/audio/sounds.js'
import { BAD, damagedFiles, inWords, readBases } from './damaged/run.js'

const withFfmpeg = findFfmpeg() ? test.serial : test.serial.skip
const folder = temporaryFolder()
const bases = findFfmpeg() ? readBases(folder) : []

withFfmpeg('damaged files are read as the reference readers read them, told, or refused', async t => {
  const { trials } = await damagedFiles(folder, bases, { files: 60, seed: 7 })
  t.deepEqual(trials.filter(({ verdict }) => BAD.includes(verdict)).map(inWords), [])
  for (const verdict of ['right', 'told', 'refused'])
    t.true(trials.filter(trial => trial.verdict === verdict).length > 5, verdict)
})

withFfmpeg(
  'files that are cut in the middle are told or refused, wherever their container says how long they are',
  async t => {
    const { trials } = await damagedFiles(folder, bases, { files: bases.length, seed: 7, damages: ['cut at 0.5'] })
    t.deepEqual(trials.filter(({ verdict }) => BAD.includes(verdict)).map(inWords), [])
  },
)

withFfmpeg('whole files in every container are read whole, and nothing is odd about them', async t => {
  const { trials } = await damagedFiles(folder, bases, {
    files: bases.length,
    seed: 7,
    damages: ['whole, under an odd name'],
  })
  t.deepEqual(trials.filter(({ verdict }) => verdict !== 'right').map(inWords), [])
  t.deepEqual(trials.filter(({ ours }) => ours.kind === 'read' && ours.notes.length > 0).map(inWords), [])
})
