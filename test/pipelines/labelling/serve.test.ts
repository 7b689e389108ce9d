/** The served page: to this machine, with its token, nothing but its own windows. */

import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request as ask } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import test from 'ava'
import { AnswerTable } from '../../../pipelines/labelling/answers.js'
import { type LabelServer, serveLabels } from '../../../pipelines/labelling/serve.js'
import { readLabelSet } from '../../../pipelines/labelling/windows.js'
import { scratchFolder } from '../../earshot.js'
import { writeNight } from './label-set.js'

const folder = scratchFolder('serve')
const table = join(folder, 'labels.csv')
let server: LabelServer
let answers: AnswerTable

test.before(async () => {
  const set = await readLabelSet(writeNight(folder, { name: 'a <b>"night"', seconds: 20 }), 100)
  answers = await AnswerTable.open(table, ['</script><b>owl'])
  server = await serveLabels(
    {
      set,
      likeness: undefined,
      mapped: [0, 1],
      map: [
        [0, 0],
        [1, 1],
      ],
    },
    answers,
    0,
  )
})
test.after.always(async () => {
  await server.close()
  answers.close()
  rmSync(folder, { recursive: true })
})

const get = (path: string, options?: RequestInit) => fetch(server.address + path, options)
const post = async (path: string, body: unknown) => {
  const response = await get(path, { method: 'POST', body: JSON.stringify(body) })
  return {
    status: response.status,
    said: (await response.json()) as { undone?: number; changes: object[]; message: string },
  }
}

test('page, numbers, sound and picture of a window', async t => {
  const page = await get('')
  t.regex(page.headers.get('content-security-policy')!, /default-src 'none'/)
  const html = await page.text()
  t.false(html.includes('</script><b>owl'), 'names are text')
  t.false(html.includes('night.wav'), 'no path of this machine')
  t.is((await (await get('features')).arrayBuffer()).byteLength, 20 * 16 * 4)
  const sound = Buffer.from(await (await get('sound/3')).arrayBuffer())
  t.is(sound.length, 44 + 2 * 16_000)
  t.regex(await (await get('picture/3')).text(), /^<svg/)
})

test('nothing without the token, of another host or page, or beside the windows', async t => {
  const { origin, port } = new URL(server.address)
  t.is((await fetch(origin)).status, 404)
  t.is((await fetch(`${origin}/${'0'.repeat(32)}/`)).status, 404)
  for (const path of [
    'sound/20',
    'sound/-1',
    'sound/..%2f..%2fetc%2fpasswd',
    '../../etc/passwd',
    'picture/1/2',
    'labels.csv',
  ])
    t.is((await get(path)).status, 404, path)
  t.is((await get('', { headers: { origin: 'http://elsewhere.example' } })).status, 404)
  const status = await new Promise(resolve =>
    ask(
      { host: '127.0.0.1', port, path: new URL(server.address).pathname, headers: { host: 'elsewhere.example' } },
      response => resolve(response.statusCode),
    ).end(),
  )
  t.is(status, 404, 'a name that leads here from elsewhere')
  t.is((await get('', { method: 'DELETE' })).status, 405)
})

test.serial('answers are written, told to who asks since when, and taken back', async t => {
  const one = { row: 3, name: 'fox, "red"', answer: 'yes', reason: 'likely' }
  const { said } = await post('answer', { ...one, version: 0 })
  t.deepEqual(said, { version: 1, changes: [{ ...one }] })
  t.regex(readFileSync(table, 'utf8'), /\n.*night.*,3,4,.*yes,likely\n$/)
  await post('answer', { ...one, answer: 'no', version: 1 })
  const back = await post('undo', { name: one.name, version: 2 })
  t.is(back.said.undone, 3)
  t.deepEqual(back.said.changes, [one], 'what was said before')
  t.is((await post('answer', { ...one, row: 20, version: 0 })).status, 404)
})

test.serial('a request that does not fit is told so in a sentence, and changes nothing', async t => {
  const one = { row: 5, name: 'wren', answer: 'yes', reason: 'likely', version: 0 }
  await post('answer', one)
  const before = readFileSync(table, 'utf8')
  const refused = async (path: string, text: string, status: number, said: RegExp) => {
    const response = await get(path, { method: 'POST', body: text })
    const { message } = (await response.json()) as { message: string }
    t.is(response.status, status, text.slice(0, 80))
    t.regex(message, said)
  }
  await refused('answer', '{"row": 1,', 400, /no JSON/)
  await refused('answer', '', 400, /no JSON/)
  await refused('answer', 'null', 400, /does not fit/)
  await refused('answer', JSON.stringify({ ...one, answer: 'maybe' }), 400, /does not fit, answer: [^\n[{]+$/)
  await refused('undo', '{"name": "wren"}', 400, /version/)
  await refused('changes', '{"version": -1}', 400, /version/)
  await refused('answer', JSON.stringify({ ...one, name: 'x'.repeat(5e6) }), 413, /at most 10000/)
  t.is(readFileSync(table, 'utf8'), before)
  t.is((await post('undo', { name: 'wren', version: 0 })).said.undone, 5)
})

test.serial('what another program wrote meanwhile is told, and stays', async t => {
  const before = readFileSync(table, 'utf8')
  writeFileSync(table, `${before}other.wav,0,1\n`)
  const { status, said } = await post('answer', { row: 1, name: 'owl', answer: 'yes', reason: 'likely', version: 0 })
  t.is(status, 409)
  t.regex(said.message, /another program meanwhile/)
  t.is(readFileSync(table, 'utf8'), `${before}other.wav,0,1\n`)
})

test('a port that is taken', async t => {
  const other = createServer()
  const port: number = await new Promise(resolve =>
    other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port)),
  )
  const set = await readLabelSet(join(folder, 'a <b>"night".arrow'), 5)
  await t.throwsAsync(serveLabels({ set, likeness: undefined, mapped: [], map: [] }, answers, port), {
    message: /cannot be used \(EADDRINUSE\)/,
  })
  other.close()
})
