/** Tables and tars with anything in them: what is read, or a Problem; never another error. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { readClips } from '../../data/manifests.js'
import { Problem, Problems } from '../../data/problem.js'
import { tarMembers } from '../../data/shards/tar-members.js'
import { fc, testProp } from '../properties.js'

const folder = mkdtempSync(join(tmpdir(), 'earshot-damaged-'))
test.after.always(() => rmSync(folder, { recursive: true }))

const inWords = (error: unknown) =>
  (error instanceof Problem ? [error] : error instanceof Problems ? error.problems : []).every(
    ({ code, message }) => /^[a-z0-9-]+$/.test(code) && message !== '',
  ) &&
  (error instanceof Problem || error instanceof Problems)

/** Bytes changed, taken out or put in at places from 0 to 1. */
const damages = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    kind: fc.constantFrom('change', 'cut', 'insert', 'zero', 'repeat'),
    byte: fc.constantFrom(0, 0x0a, 0x0d, 0x09, 0x22, 0x2c, 0x3b, 0x37, 0x80, 0xc3, 0xff),
    length: fc.integer({ min: 1, max: 700 }),
  }),
  { minLength: 1, maxLength: 4 },
)
type Damage = { at: number; kind: string; byte: number; length: number }

function damaged(bytes: Buffer, list: readonly Damage[]): Buffer {
  return list.reduce((bytes, { at, kind, byte, length }) => {
    const place = Math.floor(at * bytes.length)
    const [before, after] = [bytes.subarray(0, place), bytes.subarray(place)]
    if (kind === 'change') return Buffer.concat([before, Buffer.of(byte), after.subarray(1)])
    if (kind === 'insert') return Buffer.concat([before, Buffer.of(byte), after])
    if (kind === 'cut') return Buffer.concat([before, after.subarray(length)])
    if (kind === 'zero')
      return Buffer.concat([before, Buffer.alloc(Math.min(length, after.length), byte), after.subarray(length)])
    return Buffer.concat([before, after.subarray(0, length), after])
  }, bytes)
}

const TABLE = Buffer.from(
  'file,start,end,label,"the ""group"""\nsub/a.wav,0.5,2,dog,g1\n"b, c.wav",,,"cät;owl",g2\na.wav,1,,,g2\n',
)

testProp(
  'a damaged table',
  [damages],
  async (t, list) => {
    const file = join(folder, 'table.csv')
    writeFileSync(join(folder, 'a.wav'), '')
    writeFileSync(file, damaged(TABLE, list))
    try {
      const { clips, columns } = await readClips(file)
      t.is(new Set(clips.map(({ id }) => id)).size, clips.length)
      for (const { labels } of clips)
        for (const [column, label] of Object.entries(labels)) {
          t.true(columns.includes(column))
          t.is(label, label?.trim())
        }
    } catch (error) {
      t.true(inWords(error), `${error}`)
    }
  },
  { numRuns: 300 },
)

const TARS = ['gnu', 'posix', 'ustar'].map(format => {
  const made = join(folder, `${format}.tar`)
  for (const name of ['a.wav', 'a.json', 'ü'.repeat(60)]) writeFileSync(join(folder, name), '{"kit": "K"}')
  spawnSync('tar', ['-C', folder, '-c', '-f', made, '--format', format, 'a.wav', 'a.json', 'ü'.repeat(60)])
  return readFileSync(made)
})

testProp(
  'a damaged tar',
  [fc.constantFrom(...TARS.keys()), damages],
  (t, format, list) => {
    const file = join(folder, 'shard.tar')
    const bytes = damaged(TARS[format]!, list)
    writeFileSync(file, bytes)
    try {
      const within = tarMembers(file).map(
        ({ start, size }) => start >= 512 && size >= 0 && start + size <= bytes.length,
      )
      t.false(within.includes(false))
    } catch (error) {
      t.true(inWords(error), `${error}`)
    }
  },
  { numRuns: 500 },
)
