/** Answers: written at once, taken back, kept beside what others wrote, and compared. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { writeAnnotations } from '../../../data/annotations/write-annotations.js'
import { readTable } from '../../../data/manifests/table.js'
import { agreement } from '../../../pipelines/labelling/agreement.js'
import { AnswerTable, yesAnnotations } from '../../../pipelines/labelling/answers.js'
import { scratchFolder } from '../../earshot.js'
import { near } from '../../engine/near.js'

const folder = scratchFolder('answers')
test.after.always(() => rmSync(folder, { recursive: true }))

const window = (at: number, path = join(folder, 'night "1", <b>.flac')) => ({ path, start: at, end: at + 0.96 })

test('an answer is in the table at once; another session goes on with it', async t => {
  const file = join(folder, 'goes-on.csv')
  const first = await AnswerTable.open(file, ['owl', 'a "b", <i>'])
  t.false(existsSync(file), 'nothing is written before the first answer')
  first.set(window(0), 'owl', { answer: 'yes', reason: 'likely' })
  first.set(window(1), 'owl', { answer: 'skip', reason: 'unsure' })
  first.set(window(2), 'a "b", <i>', { answer: 'no', reason: 'check 17-32 of 900, 3 known' })
  const text = readFileSync(file, 'utf8')
  first.close()
  const second = await AnswerTable.open(file, [])
  t.deepEqual(second.classes, ['owl', 'a "b", <i>'])
  t.deepEqual(second.get(window(0), 'owl'), { answer: 'yes', reason: 'likely' })
  t.is(second.get(window(1), 'owl')?.answer, 'skip')
  t.deepEqual(second.get(window(2), 'a "b", <i>'), { answer: 'no', reason: 'check 17-32 of 900, 3 known' })
  t.is(second.get(window(0.5), 'owl'), undefined)
  second.set(window(3), 'fox', { answer: 'yes', reason: 'chosen' })
  second.set(window(3), 'fox', undefined)
  t.is(second.get(window(3), 'fox'), undefined)
  const lines = (content: string) => content.split('\n').length
  t.is(lines(readFileSync(file, 'utf8')), lines(text), 'a window of which nothing is said any more has no row')
  second.close()
})

test('a table of other columns and rows keeps them', async t => {
  const file = join(folder, 'own.csv')
  writeFileSync(file, 'place,file,start,end\nwood,other.wav,0,1\n')
  const table = await AnswerTable.open(file, ['owl'])
  table.set(window(0, join(folder, 'a.wav')), 'owl', { answer: 'yes', reason: 'chosen' })
  table.close()
  t.is(
    readFileSync(file, 'utf8'),
    'place,file,start,end,owl,owl (asked)\nwood,other.wav,0,1,,\n,a.wav,0,0.96,yes,chosen\n',
  )
  writeFileSync(join(folder, 'a.wav'), '')
  const yes = await yesAnnotations(file)
  t.deepEqual(yes, [{ path: join(folder, 'a.wav'), start: 0, end: 0.96, label: 'owl' }])
  await writeAnnotations(folder, yes, ['audacity'])
  t.regex(readFileSync(join(folder, 'audacity', 'a.txt'), 'utf8'), /^0(\.0+)?\t0\.960*\towl$/m)
  const { clips, columns } = await readTable(file)
  t.deepEqual(columns, ['place', 'owl', 'owl (asked)'], 'it is a list of clips with labels')
  const { id, labels } = clips.at(-1)!
  t.deepEqual([id, labels.owl], ['a.wav#0-0.96', 'yes'])
})

test('a column that holds something else is no class: neither from the start nor from the page', async t => {
  const file = join(folder, 'taken.csv')
  const text = 'file,start,end,site,fox\na.wav,0,0.96,north,yes\n'
  writeFileSync(file, text)
  await t.throwsAsync(AnswerTable.open(file, ['site']), { code: 'bad-class', message: /'site'.*holds 'north'/ })
  const table = await AnswerTable.open(file, ['fox'])
  const answer = (name: string) => table.set(window(0, join(folder, 'a.wav')), name, { answer: 'no', reason: 'chosen' })
  t.throws(() => answer('site'), { code: 'bad-class' })
  t.is(readFileSync(file, 'utf8'), text)
  answer('fox')
  t.regex(readFileSync(file, 'utf8'), /north,no,chosen/, 'yes and no of other programs are answers')
  table.close()
})

test('rows of one window, times with a colon or comma, and rows without times stay in a table that is answered', async t => {
  const file = join(folder, 'odd-times.csv')
  const rows = ['0;5;wren', '0;5;robin', '0:10;0:12,5;owl', '0:20;0:22,5;fox', ';;first', ';;second']
  const text = (behind: string) => rows.map(row => `a.wav;${row}${behind}\n`).join('')
  writeFileSync(file, `file;start;end;species\n${text('')}`)
  const table = await AnswerTable.open(file, ['calls'])
  table.set(window(30, join(folder, 'a.wav')), 'calls', { answer: 'no', reason: 'chosen' })
  table.close()
  const head = 'file;start;end;species;calls;calls (asked)\n'
  t.is(readFileSync(file, 'utf8'), `${head}${text(';;')}a.wav;30;30.96;;no;chosen\n`)
  const again = await AnswerTable.open(file, [])
  const timed = { path: join(folder, 'a.wav'), start: 10, end: 12.5 }
  again.set(timed, 'calls', { answer: 'yes', reason: 'likely' })
  again.close()
  t.true(readFileSync(file, 'utf8').includes('a.wav;0:10;0:12,5;owl;yes;likely\n'))
  t.deepEqual(await yesAnnotations(file), [{ ...timed, label: 'calls' }])
})

test('a row with more fields than the header is told before anything is written', async t => {
  const file = join(folder, 'long-row.csv')
  writeFileSync(file, 'file,start,end\na.wav,0,1,owl\n')
  await t.throwsAsync(AnswerTable.open(file, ['owl']), { message: /long-row\.csv:2: 4 fields where the header has 3/ })
})

test('what another program wrote meanwhile is not written over', async t => {
  const file = join(folder, 'meanwhile.csv')
  const table = await AnswerTable.open(file, ['owl'])
  table.set(window(0), 'owl', { answer: 'yes', reason: 'likely' })
  writeFileSync(file, 'file,start,end\n')
  t.throws(() => table.set(window(1), 'owl', { answer: 'no', reason: 'likely' }), {
    message: /another program meanwhile/,
  })
  t.is(readFileSync(file, 'utf8'), 'file,start,end\n')
  table.close()
})

test('one process at a time, and names that are columns are no classes', async t => {
  const file = join(folder, 'twice.csv')
  const table = await AnswerTable.open(file, ['owl'])
  await t.throwsAsync(AnswerTable.open(file, ['owl']), { message: /is being written by process/ })
  table.close()
  for (const name of ['start', '', ' owl', 'owl (asked)'])
    await t.throwsAsync(AnswerTable.open(file, [name]), { message: /cannot be the name of a class/ })
})

test("two people's answers: Cohen's kappa, and where they differ", async t => {
  const [one, other] = [join(folder, 'one.csv'), join(folder, 'other.csv')]
  const head = 'file,start,end,owl,owl (asked)\n'
  const rows = (answers: string) =>
    [...answers]
      .map((a, at) => `a.wav,${at},${at + 1},${{ y: 'yes', n: 'no' }[a] ?? ''},${a === 's' ? 'skip' : ''}\n`)
      .join('')
  writeFileSync(one, head + rows('yyyynnnnns'))
  writeFileSync(other, head + rows('yyynynnnny'))
  const [owl] = await agreement(one, other)
  t.is(owl!.both, 9)
  t.is(owl!.agree, 7)
  // sklearn.metrics.cohen_kappa_score: 7/9 observed, (4/9)(4/9) + (5/9)(5/9) by chance
  near(t, [owl!.kappa!], [(7 / 9 - 41 / 81) / (1 - 41 / 81)])
  t.deepEqual(
    owl!.differ.map(({ start, one, other }) => [start, one, other]),
    [
      ['3', 'yes', 'no'],
      ['4', 'no', 'yes'],
    ],
  )
})
