import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { readClips } from '../../data/manifests.js'

const ONTOLOGY = [
  { id: '/m/1', name: 'Music', child_ids: ['/m/2'] },
  { id: '/m/2', name: 'Musical instrument', child_ids: ['/m/3'] },
  { id: '/m/3', name: 'Drum', child_ids: ['/m/4'] },
  { id: '/m/4', name: 'Bass drum', child_ids: [] },
  { id: '/m/5', name: 'Domestic sounds, home sounds', child_ids: ['/m/6', '/m/7'] },
  { id: '/m/6', name: 'Dishes, pots, and pans', child_ids: [] },
  { id: '/m/7', name: 'Kitchen drum', child_ids: ['/m/4'] },
]

function setOf(rows: readonly string[], ontology: unknown = ONTOLOGY): string {
  const folder = mkdtempSync(join(tmpdir(), 'earshot-hierarchy-'))
  writeFileSync(join(folder, 'ontology.json'), JSON.stringify(ontology))
  writeFileSync(join(folder, 'labels.tsv'), `file\tlabels\n${rows.map((row, at) => `${at}.wav\t${row}`).join('\n')}\n`)
  for (const at of rows.keys()) writeFileSync(join(folder, `${at}.wav`), '')
  const set = join(folder, 'set.yaml')
  writeFileSync(set, 'table: labels.tsv\nhierarchy: { file: ontology.json, column: labels }\n')
  return set
}
const labelsOf = async (set: string) => (await readClips(set)).clips.map(({ labels }) => labels.labels)

test('labels bring all that stand above them, over every parent, each once', async t => {
  t.deepEqual(await labelsOf(setOf(['Bass drum;Drum', 'Speech', ''])), [
    'Bass drum;Drum;Musical instrument;Music;Kitchen drum;Domestic sounds, home sounds',
    'Speech',
    undefined,
  ])
})

test("FSD50K's way to write names is read, and kept", async t => {
  t.deepEqual(await labelsOf(setOf(['Drum', 'Dishes_and_pots_and_pans'])), [
    'Drum;Musical_instrument;Music',
    'Dishes_and_pots_and_pans;Domestic_sounds_and_home_sounds',
  ])
})

test('what is no ontology says so', async t => {
  await t.throwsAsync(readClips(setOf(['Drum'], { Drum: [] })), { message: /ontology\.json is no ontology/ })
})
