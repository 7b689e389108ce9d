/** The exported page in a browser, without Earshot: sounds become the embeddings that `embed` writes. */
import { copyFileSync, createReadStream, existsSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import test from 'ava'
import { openEmbeddings } from '../../../../data/arrow/arrow-reader.js'
import { findChromium, Page } from '../../../chromium.js'
import { earshot, scratchFolder } from '../../../earshot.js'
import { engine } from '../../../engine/started.js'
import { randomRun } from './random-run.js'
import { cosine } from './reference.js'

const folder = scratchFolder('browser')
const run = join(folder, 'run')
const exported = join(folder, 'exported')
/** A bell of several patches, and a blip shorter than one. */
const SOUNDS = 'test/fixtures/exports'
const NAMES = ['bell.wav', 'blip.wav']
const cache = { EARSHOT_CACHE: process.env.EARSHOT_CACHE ?? join(folder, 'cache') }

const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript' }

/** Serves a folder to this machine. */
async function served(root: string): Promise<{ url: string; close: () => void }> {
  const server = createServer((request, response) => {
    const file = join(root, new URL(request.url!, 'http://localhost').pathname)
    if (!existsSync(file)) return response.writeHead(404).end()
    response.setHeader('content-type', TYPES[extname(file)] ?? 'application/octet-stream')
    createReadStream(file).pipe(response)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() }
}

/** By the command line. */
test.before(async t => {
  await randomRun(engine, run, [{ set: 'nodes.near.frames=48' }, { swap: 'encoder=vgg{widths: [8, 16, 24]}' }])
  const one = await earshot(['export', run, '-o', exported, '--as', 'tfjs'], cache)
  t.is(one.code, 0, one.error)
  const two = await earshot(
    ['embed', run, ...NAMES.map(name => join(SOUNDS, name)), '-o', join(folder, 'sounds.arrow'), '--no-baselines'],
    cache,
  )
  t.is(two.code, 0, two.error)
})

/** One after the other, in the order of NAMES. */
async function byEarshot(): Promise<Float32Array[]> {
  const read = await openEmbeddings(join(folder, 'sounds.arrow'))
  const { embedding } = await read.read()
  await read.close()
  return NAMES.map((_, at) => embedding.slice(at * read.dimensions, (at + 1) * read.dimensions))
}

const chromium = findChromium()

;(chromium ? test : test.skip)('the page in Chromium gives the embeddings of ./earshot embed', async t => {
  for (const name of NAMES) copyFileSync(join(SOUNDS, name), join(exported, 'tfjs', name))
  const server = await served(join(exported, 'tfjs'))
  t.teardown(server.close)
  const page = await Page.open(chromium!, `${server.url}/index.html?${NAMES.map(name => `sound=${name}`).join('&')}`)
  t.teardown(() => page.close())
  const found = await page.once<{ name: string; embedding: number[] }[]>('globalThis.embeddings')
  t.deepEqual(
    found.map(({ name }) => name),
    NAMES,
  )
  for (const [at, expected] of (await byEarshot()).entries()) {
    const alike = cosine(found[at]!.embedding, expected)
    t.true(alike > 0.9999, `${NAMES[at]}: ${alike}`)
  }
  const [one, other] = await byEarshot()
  t.true(cosine(one!, other!) < 0.999, 'the two sounds are not alike')
  const picture = await page.screenshot()
  if (process.env.EARSHOT_SCREENSHOT) writeFileSync(process.env.EARSHOT_SCREENSHOT, picture)
  t.true(picture.length > 5000)
})
