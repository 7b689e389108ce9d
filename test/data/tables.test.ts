/** Tables as people have them: what spreadsheets, languages and hands put into them. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import test from 'ava'
import { readClips } from '../../data/manifests.js'
import { type Problem, Problems } from '../../data/problem.js'
import { readLabelTable } from '../../pipelines/embeddings/label-table.js'
import { scratchFolder } from '../earshot.js'

/** A folder with empty files, and a table in it. */
function tableOf(content: string | Buffer, files: readonly string[], name = 'table.csv'): string {
  const folder = scratchFolder('tables')
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), '')
  }
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}

const SOUNDS = ['tone', 'noise', 'chirp'].flatMap(kind =>
  Array.from({ length: 6 }, (_, at) => `sounds/${kind}/${kind}0${at}.wav`),
)
const handed = (name: string) => tableOf(readFileSync(join('test/fixtures/tables', name)), SOUNDS, name)

async function problemsOf(read: () => Promise<unknown>): Promise<readonly Problem[]> {
  try {
    await read()
  } catch (error) {
    return error instanceof Problems ? error.problems : [error as Problem]
  }
  return []
}

const classes = async (table: string, column: string) => [
  ...new Set((await readClips(table)).clips.map(({ labels }) => labels[column])),
]

test('values are trimmed: blanks make no second class', async t => {
  t.deepEqual(await classes(handed('labels-spaces.csv'), 'label2'), ['tone', 'noise', 'chirp'])
  t.deepEqual(new Set((await readLabelTable(handed('labels-spaces.csv'))).columns.get('label2')).size, 3)
})

test('rows of another length are refused with their lines, by training and by probes', async t => {
  const table = handed('labels-unquoted-comma.csv')
  for (const read of [readClips, readLabelTable]) {
    const problems = await problemsOf(() => read(table))
    t.deepEqual(
      problems.map(({ code, place }) => [code, place?.line]),
      [...[2, 3, 4, 5, 6].map(line => ['bad-row', line]), ['and-more', undefined]],
    )
    t.regex(problems[0]!.message, /:2: 4 fields where the header has 3/)
    t.regex(problems.at(-1)!.message, /13 more rows/)
  }
})

test('a row a label: one message, with a count and the way out', async t => {
  const table = handed('row-per-label.csv')
  for (const read of [readClips, readLabelTable]) {
    const [problem, ...others] = await problemsOf(() => read(table))
    t.deepEqual(others, [])
    t.is(problem!.code, 'duplicate-clip')
    t.regex(problem!.message, /:3: 'sounds\/tone\/tone00.wav' stands on line 2 already; 17 more rows name a clip again/)
    t.regex(problem!.hint ?? '', /separator/)
  }
})

test('semicolons and tabs are told from commas by the header; blank rows are nothing', async t => {
  t.deepEqual(await classes(handed('semicolon.csv'), 'label'), ['tone', 'noise', 'chirp'])
  t.is((await readClips(handed('trailing-blank-rows.csv'))).clips.length, 18)
  t.is((await readLabelTable(handed('trailing-blank-rows.csv'))).clips.length, 18)
  t.deepEqual(await classes(tableOf('file\tlabel\na.wav\tdog, loud\n', ['a.wav'], 'x.csv'), 'label'), ['dog, loud'])
  t.deepEqual(
    await classes(tableOf('file;site;"label, kind, part"\na.wav;s1;"d;e"\n', ['a.wav']), 'label, kind, part'),
    ['d;e'],
  )
})

test('a comma stands before decimals where semicolons part the fields, and nowhere else', async t => {
  const { clips } = await readClips(tableOf('file;start;end\na.wav;0,5;1,25\n', ['a.wav']))
  t.deepEqual([clips[0]!.start, clips[0]!.end, clips[0]!.id], [0.5, 1.25, 'a.wav#0.5-1.25'])
  const [problem] = await problemsOf(() => readClips(tableOf('file,start,end\na.wav,"1,234","2,345"\n', ['a.wav'])))
  t.is(problem!.code, 'bad-row')
})

test('padding by spreadsheets is nothing, text behind the last column is something', async t => {
  t.deepEqual(await classes(tableOf('file,label,,\na.wav,dog,,,,\n,,,\n', ['a.wav']), 'label'), ['dog'])
  const [problem] = await problemsOf(() => readClips(tableOf('file,label\na.wav,dog,,x\n', ['a.wav'])))
  t.is(problem!.code, 'bad-row')
})

test('UTF-16 is read, with and without its mark', async t => {
  const text = 'file,label\na.wav,Chèvre\nb.wav,Chévre\n'
  const files = ['a.wav', 'b.wav']
  const little = Buffer.from(text, 'utf16le')
  const big = Buffer.from(little).swap16()
  for (const bytes of [
    Buffer.concat([Buffer.from([0xff, 0xfe]), little]),
    little,
    Buffer.concat([Buffer.from([0xfe, 0xff]), big]),
    big,
  ])
    t.deepEqual(await classes(tableOf(bytes, files), 'label'), ['Chèvre', 'Chévre'])
})

test('letters of an unknown encoding are refused with their line, not made one class; a data set file names the encoding', async t => {
  const table = tableOf(Buffer.from('file,label\na.wav,chien\nb.wav,Chèvre\nc.wav,Chévre\n', 'latin1'), [
    'a.wav',
    'b.wav',
    'c.wav',
  ])
  for (const read of [readClips, readLabelTable]) {
    const [problem] = await problemsOf(() => read(table))
    t.deepEqual([problem!.code, problem!.place?.line], ['bad-table', 3])
    t.regex(problem!.hint ?? '', /iconv .*encoding: windows-1252/)
  }
  const set = (encoding: string) => {
    const file = join(dirname(table), 'set.yaml')
    writeFileSync(file, `table: table.csv\nencoding: ${encoding}\n`)
    return file
  }
  t.deepEqual(await classes(set('windows-1252'), 'label'), ['chien', 'Chèvre', 'Chévre'])
  t.is((await problemsOf(() => readClips(set('klingon'))))[0]!.code, 'bad-data-set')
})

test('no-break blanks and letters in two pieces make no second class and no second column', async t => {
  const rows = [
    'file,my\u00a0label',
    'a.wav,dog\u00a0bark',
    'b.wav,dog bark\u00a0',
    'c.wav,Che\u0300vre',
    'd.wav,Ch\u00e8vre',
  ]
  const table = tableOf(rows.join('\n'), ['a.wav', 'b.wav', 'c.wav', 'd.wav'])
  t.deepEqual(await classes(table, 'my label'), ['dog bark', 'Ch\u00e8vre'])
})

test('one file under two spellings is one clip', async t => {
  const table = tableOf('file,label\n./a.flac,x\nb/../a.flac,y\n', ['a.flac'])
  t.is((await problemsOf(() => readClips(table)))[0]!.code, 'duplicate-clip')
  const absolute = tableOf(`file\na.flac\n`, ['a.flac'])
  writeFileSync(absolute, `file\na.flac\n${join(dirname(absolute), 'a.flac')}\n`)
  t.is((await problemsOf(() => readClips(absolute)))[0]!.code, 'duplicate-clip')
  t.is((await readClips(tableOf('file,label\n./a.flac,x\n', ['a.flac']))).clips[0]!.id, 'a.flac')
})

test('an open quote is told at its own line, however far it reaches', async t => {
  const open = ['file,label', 'a.wav,"dog', ...Array.from({ length: 50 }, (_, at) => `${at}.wav,cat`)]
  const [never] = await problemsOf(() => readClips(tableOf(open.join('\n'), [])))
  t.deepEqual([never!.code, never!.place?.line], ['bad-table', 2])
  const [later] = await problemsOf(() => readClips(tableOf([...open, 'z.wav,"owl"'].join('\n'), [])))
  t.deepEqual([later!.code, later!.place?.line], ['bad-table', 2])
  t.regex(later!.message, /line 53/)
})

test('quotes may stand behind a blank, as AudioSet has them', async t => {
  t.deepEqual(await classes(tableOf('file, label\na.wav, "/m/1,/m/2" \n', ['a.wav']), 'label'), ['/m/1,/m/2'])
})

test('columns that objects have by nature are columns', async t => {
  const { clips, columns } = await readClips(
    tableOf('file,constructor,__proto__\na.wav,x,y\nb.wav,,\n', ['a.wav', 'b.wav']),
  )
  t.deepEqual(columns, ['constructor', '__proto__'])
  t.deepEqual(
    clips.map(({ labels }) => columns.map(column => labels[column])),
    [
      ['x', 'y'],
      [undefined, undefined],
    ],
  )
})

test('of a table of stretches each row is a clip of its own, for training and for labels', async t => {
  const table = tableOf('path,start,end,label\nb/a.wav,0,1,dog\nb/a.wav,1,2.5,cat\nb/a.wav,,,owl\n', ['b/a.wav'])
  const ids = ['b/a.wav#0-1', 'b/a.wav#1-2.5', 'b/a.wav']
  t.deepEqual(
    (await readClips(table)).clips.map(({ id }) => id),
    ids,
  )
  t.deepEqual((await readLabelTable(table)).clips, ids)
})

test('where several columns could name the clip, a table of labels takes clip, a table of sounds the file', async t => {
  const table = tableOf('label,clip,file\ndog,one,a.wav\n', ['a.wav'])
  t.deepEqual((await readLabelTable(table)).clips, ['one'])
  t.is((await readClips(table)).clips[0]!.id, 'a.wav')
})
