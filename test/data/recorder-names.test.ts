/** Names as recorders write them. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { type Recorded, recordedAt } from '../../data/manifests/recorder-names.js'
import { readClips } from '../../data/manifests.js'
import { scratchFolder } from '../earshot.js'

const WHEN = { date: '2024-05-01', time: '06:30:00' }

test('date, time and site of the names that recorders write', t => {
  const cases: [string, Recorded | undefined][] = [
    ['20240501_063000.WAV', WHEN],
    ['24F319055FDF2F5B_20240501_063000.WAV', { ...WHEN, prefix: '24F319055FDF2F5B' }],
    ['SITE-A_20240501_063000.wav', { ...WHEN, prefix: 'SITE-A' }],
    ['a/S4A00123_20240501_063000.wav', { ...WHEN, prefix: 'S4A00123' }],
    ['20240501T063000+1000_REC [-27.4-152.9].flac', WHEN],
    ['garden_2024-05-01_06-30-00.mp3', { ...WHEN, prefix: 'garden' }],
    ['5146.240501063000.wav', { ...WHEN, prefix: '5146' }],
    ['6631E248.WAV', { date: '2024-05-01', time: '06:33:44' }],
    ['20241399_063000.wav', undefined],
    ['song 3.wav', undefined],
    ['12345678.wav', undefined],
    ['deadbeef.wav', undefined],
  ]
  for (const [name, expected] of cases) t.deepEqual(recordedAt(name), expected, name)
})

test("a recorder's folder has sites, dates and times; a folder of other names has classes", async t => {
  const folder = scratchFolder('card')
  const put = (name: string) => {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), '')
  }
  for (const name of ['north/20240501_063000.WAV', 'south/20240501_063000.WAV', 'south/20240501_073000.WAV']) put(name)
  const { clips, columns } = await readClips(folder)
  t.deepEqual(columns, ['site', 'date', 'time'])
  t.deepEqual(clips[2]!.labels, { site: 'south', date: '2024-05-01', time: '07:30:00' })
  put('north/bell.wav')
  t.deepEqual((await readClips(folder)).columns, ['class'])
})
