import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { searchFolder } from '../manifests/search-folder.js'
import { type Adapter, requirePaths } from './adapter.js'
import { clipsOf, type Entry } from './clips-of.js'

/** Speech Commands v2: a folder a word; the beginning of a file's name is its speaker. */
export const speechCommands: Adapter = {
  name: 'speech-commands',
  summary: '105,829 spoken words of 1 s, 35 words, 2,618 speakers',
  source: 'Warden, arXiv 1804.03209, version 0.02',
  layout: ['validation_list.txt', 'testing_list.txt'],
  protocol: { label: 'word', group: 'speaker', split: 'split', metric: 'accuracy on split test', figure: 'accuracy' },
  async read(folder) {
    await requirePaths(this, folder)
    const validation = await listed(join(folder, 'validation_list.txt'))
    const test = await listed(join(folder, 'testing_list.txt'))
    const entries: Entry[] = []
    for (const file of (await searchFolder(folder, ['wav'])).sounds) {
      const [, word, speaker] = WORD.exec(file) ?? []
      if (word === undefined) continue
      const split = test.has(file) ? 'test' : validation.has(file) ? 'validation' : 'train'
      entries.push({ file, labels: { word, speaker: speaker!, split } })
    }
    return clipsOf(folder, ['word', 'speaker', 'split'], entries)
  },
}

/** `word/speaker_nohash_0.wav`; `_background_noise_` holds long recordings without words. */
const WORD = /^([^_/][^/]*)\/([^_/]*)[^/]*\.wav$/

async function listed(file: string): Promise<Set<string>> {
  return new Set((await readFile(file, 'utf8')).split(/\s+/).filter(line => line !== ''))
}
