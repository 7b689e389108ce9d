/** Rows that are stretches of recordings: those of one are on one side of a fold. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { runProbe } from '../../../../pipelines/evaluation/probes/run-probe.js'
import { noise, writeMade } from './made.js'

const folder = mkdtempSync(join(tmpdir(), 'earshot-recordings-'))
test.after.always(() => rmSync(folder, { recursive: true }))

/** Windows whose embeddings tell the recording, and nothing of the class. */
const windows = (recordings: number) =>
  Array.from({ length: 60 }, (_, at) => {
    const recording = Math.floor(at / (60 / recordings))
    return {
      clip: `night ${recording}.wav#${at}-${at + 1}`,
      path: `/nights/night ${recording}.wav`,
      labels: { class: recording % 2 === 0 ? 'wren' : 'robin' },
      embedding: [0, 1, 2, 3].map(k => noise(recording, k) + 0.01 * noise(at, k + 4)),
    }
  })

const asked = { label: 'class', folds: 3, seed: 0, classifiers: ['knn'] }

test('stretches are held out by recording, so that what tells a recording does not help', async t => {
  const file = writeMade(folder, 'windows.arrow', windows(12))
  const { examples, options, comparison } = await runProbe({ file, ...asked })
  t.is(options.group, 'path')
  t.is(examples.groups, 12)
  t.regex(examples.notes.join(), /held out together; --group clip parts them/)
  const parted = await runProbe({ file, ...asked, group: 'clip' })
  const figure = ({ rows }: typeof comparison) => Object.values(rows[0]!.figures)[0]!.balanced
  t.true(figure(parted.comparison) > 0.95)
  t.true(figure(comparison) < 0.8)
})

test('where the labels are of one recording alone neighbours are parted, and that is said', async t => {
  const labels = (at: number) => ({ class: at >= 40 ? undefined : at % 2 === 0 ? 'wren' : 'robin' })
  const rows = windows(3).map((row, at) => ({ ...row, path: at < 40 ? '/a.wav' : row.path, labels: labels(at) }))
  const { options, examples } = await runProbe({ file: writeMade(folder, 'one.arrow', rows), ...asked })
  t.is(options.group, undefined)
  t.regex(examples.notes.join(), /All are stretches of one recording/)
})

test('windows that carry several labels are noted, with the word that reads them', async t => {
  const rows = windows(12).map((row, at) => (at % 5 === 0 ? { ...row, labels: { class: 'wren;robin' } } : row))
  const { examples } = await runProbe({ file: writeMade(folder, 'several.arrow', rows), ...asked })
  t.regex(examples.notes.join(), /12 clips with several labels, such as wren;robin, .* --labels-separator ';'/)
  const { examples: plain } = await runProbe({ file: writeMade(folder, 'plain.arrow', windows(12)), ...asked })
  t.notRegex(plain.notes.join(), /several/)
})
