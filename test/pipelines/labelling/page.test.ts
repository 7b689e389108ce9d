/** The labelling page in a real browser: keys, undo, a reload in the middle, and the one file without a server. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import test from 'ava'
import { AnswerTable } from '../../../pipelines/labelling/answers.js'
import { offlinePage } from '../../../pipelines/labelling/offline-page.js'
import { serveLabels } from '../../../pipelines/labelling/serve.js'
import { shownOf } from '../../../pipelines/labelling/shown.js'
import { readLabelSet } from '../../../pipelines/labelling/windows.js'
import { findChromium, Page } from '../../chromium.js'
import { scratchFolder } from '../../earshot.js'
import { writeNight } from './label-set.js'

const folder = scratchFolder('label page')
test.after.always(() => rmSync(folder, { recursive: true }))

const chromium = findChromium()
const browserTest = chromium ? test.serial : test.serial.skip
/** Every seventh second holds the tone. */
const EACH = 7

async function shown() {
  const set = await readLabelSet(writeNight(folder, { seconds: 70, each: EACH }), 1000)
  return shownOf(set, { like: ['night.wav@0-1 s'], not: [], run: undefined })
}

const text = (id: string) => `document.getElementById('${id}').textContent || undefined`
const asked = (page: Page) => page.once<string>("document.getElementById('picture').dataset.row").then(Number)
const tally = (page: Page, begin: string) =>
  page.once(`document.getElementById('tally').textContent.startsWith('${begin}') || undefined`)

/** Answers the truth so many times. @returns windows with the tone among those asked */
async function answer(page: Page, count: number, told: { yes: number; no: number }): Promise<void> {
  for (let at = 0; at < count; at++) {
    const is = (await asked(page)) % EACH === 0
    await page.press(is ? 'y' : 'n')
    told[is ? 'yes' : 'no']++
    await tally(page, `${told.yes} yes, ${told.no} no`)
  }
}

browserTest('answers by keys are in the table, taken back, and there after a reload', async t => {
  const table = join(folder, 'labels.csv')
  const answers = await AnswerTable.open(table, ['tone "<b>"'])
  const server = await serveLabels(await shown(), answers, 0)
  t.teardown(async () => {
    await server.close()
    answers.close()
  })
  const page = await Page.open(chromium!, server.address)
  t.teardown(() => page.close())
  t.is(await page.once(text('question')), 'Is this tone "<b>"?')
  const told = { yes: 0, no: 0 }
  await answer(page, 8, told)
  t.true(told.yes >= 4, `${told.yes} of 8 questions were about the tone`)
  const before = await asked(page)
  await page.press('s')
  await tally(page, `${told.yes} yes, ${told.no} no, 1 skipped`)
  await page.press('u')
  await tally(page, `${told.yes} yes, ${told.no} no, 0 skipped`)
  t.is(await asked(page), before, 'what was undone is asked again')
  const lines = readFileSync(table, 'utf8').trim().split('\n')
  t.is(lines.length, 1 + 8)
  t.is(lines.filter(line => line.includes(',yes,')).length, told.yes)
  await page.open(server.address)
  await tally(page, `${told.yes} yes, ${told.no} no`)
  await answer(page, 2, told)
  await page.press('c')
  const round = 3 // layers of some sixty windows
  await answer(page, round, told)
  t.regex(
    await page.once<string>(text('precision')),
    /^By 3 windows drawn at random: of the 16 likeliest that nobody had heard, \d+ % \[\d+ %, \d+ %\] are tone "<b>"\. Found so far: \d+ % to \d+ % of all\.$/,
  )
  t.is(readFileSync(table, 'utf8').match(/"check \d+-\d+ of \d+, \d+ known"/g)?.length, round)
  const drawn = await asked(page)
  await page.press('y')
  await tally(page, `${told.yes + 1} yes`)
  await page.press('u')
  await tally(page, `${told.yes} yes`)
  t.is(await asked(page), drawn)
  t.regex(await page.once<string>(text('why')), /drawn at random, for the check/, 'what was undone is still drawn')
  await page.press('c')
  if (process.env.EARSHOT_SCREENSHOT)
    for (const [name, width, dark] of [
      ['wide', 1300, false],
      ['dark', 1300, true],
      ['narrow', 400, false],
    ] as const) {
      await page.look(width, 1600, dark)
      await new Promise(resolve => setTimeout(resolve, 500)) // pictures come one by one
      writeFileSync(`${process.env.EARSHOT_SCREENSHOT}-${name}.png`, await page.screenshot())
    }
  writeFileSync(table, 'file,start,end\n')
  await page.press('y')
  t.regex(await page.once<string>(text('trouble')), /another program meanwhile/)
})

browserTest('one file without a server keeps answers in the browser', async t => {
  const file = join(folder, 'offline.html')
  writeFileSync(file, await offlinePage({ ...(await shown()), classes: ['tone'] }))
  const page = await Page.open(chromium!, pathToFileURL(file).href)
  t.teardown(() => page.close())
  const told = { yes: 0, no: 0 }
  await answer(page, 4, told)
  await page.open(pathToFileURL(file).href)
  await tally(page, `${told.yes} yes, ${told.no} no`)
  t.true(await page.once<boolean>("document.getElementById('picture').innerHTML.startsWith('<svg') || undefined"))
})
