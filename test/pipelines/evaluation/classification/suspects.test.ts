/** What is suspected in a training set; expected values from NumPy's percentile and by hand. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { readClips } from '../../../../data/manifests.js'
import type { Classified } from '../../../../pipelines/evaluation/classification/classified.js'
import {
  largeLosses,
  missingLabels,
  writeSuspects,
} from '../../../../pipelines/evaluation/classification/suspect-tables.js'

test('losses above the percentile, interpolated as NumPy does; clips without a loss are no suspects', t => {
  const losses = [0.5, 0.1, Number.NaN, 0.9, 0.3]
  // numpy.percentile([0.1, 0.3, 0.5, 0.9], 80) is 0.66, of 50 is 0.4
  t.deepEqual(largeLosses(losses, 80), [3])
  t.deepEqual(largeLosses(losses, 50), [0, 3])
  t.deepEqual(largeLosses(losses, 100), [])
  t.deepEqual(largeLosses([Number.NaN], 50), [])
})

test('of each class the highest-scored of those without it are flagged, none that has it', t => {
  const scores = { rows: 4, columns: 2, values: Float64Array.of(0.9, 0.1, 0.8, 0.7, 0.2, 0.6, 0.8, 0.5) }
  const sets = [[0], [], [1], []]
  t.deepEqual(missingLabels(scores, sets, 1 / 3), [[], [0, 1], [], []])
  t.deepEqual(missingLabels(scores, sets, 2 / 3), [[], [0, 1], [], [0, 1]])
  t.deepEqual(missingLabels(scores, sets, 0), [[], [], [], []])
})

test('what somebody denied is no missing label: implicit negatives alone are ranked and flagged', t => {
  const scores = { rows: 4, columns: 2, values: Float64Array.of(0.9, 0.1, 0.8, 0.7, 0.2, 0.6, 0.8, 0.5) }
  const denied = [[], [0], [], [1]]
  // of class 0 clips 3 and 4 may lack it, of class 1 clips 1 and 2
  t.deepEqual(missingLabels(scores, [[0], [], [1], []], 0.5, denied), [[], [1], [], [0]])
})

function classified(outputs: 'softmax' | 'sigmoid', folder: string): Classified {
  const clips = ['one', 'two "2"', 'three', 'four'].map((id, at) => {
    const path = join(folder, `${at}.wav`)
    writeFileSync(path, '')
    return { id, path, labels: at === 3 ? {} : { label: 'a', kit: id } }
  })
  return {
    said: {
      scores: { rows: 4, columns: 2, values: Float64Array.of(1, 0, 1, 0.9, 1, 0, 0.5, 0.5) },
      sets: [[0], [0], [0], []],
      losses: Float64Array.of(0.1, 0.9, 0.2, Number.NaN),
      patches: 4,
    },
    prepared: { clips },
    classifier: { outputs, classes: ['a', 'b'] },
    columns: ['label', 'kit'],
  } as unknown as Classified
}

test('the tables are read as data sets, with their columns', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'earshot suspects-'))
  const pruned = writeSuspects(folder, classified('softmax', folder), { prune: 60 })
  t.regex(pruned[0]!, /pruned\.tsv: 2 of 3 labelled clips/)
  const kept = await readClips(join(folder, 'pruned.tsv'))
  t.deepEqual(
    kept.clips.map(({ labels }) => labels.kit),
    ['one', 'three'],
  )
  t.regex(writeSuspects(folder, classified('sigmoid', folder), { flag: 0.25 })[0]!, /1 labels flagged/)
  const flagged = await readClips(join(folder, 'flagged.tsv'))
  t.deepEqual(
    flagged.clips.map(({ labels }) => labels.flagged),
    [undefined, 'b', undefined, undefined],
  )
  t.is(flagged.clips[1]!.labels.kit, 'two "2"')
  t.throws(() => writeSuspects(folder, classified('softmax', folder), { flag: 0.1 }), { message: /several classes/ })
  t.throws(() => writeSuspects(folder, classified('sigmoid', folder), { prune: 90 }), { message: /one class/ })
})
