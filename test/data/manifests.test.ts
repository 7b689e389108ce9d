import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import test from 'ava'
import { contentHash } from '../../data/content-hash.js'
import { searchFolder } from '../../data/manifests/search-folder.js'
import { readClips } from '../../data/manifests.js'
import { Problem, Problems } from '../../data/problem.js'

const folderOf = (files: Record<string, string>) => {
  const folder = mkdtempSync(join(tmpdir(), 'earshot-'))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}
const codesOf = (error: unknown) =>
  error instanceof Problems ? error.problems.map(({ code }) => code) : [(error as Problem).code]
async function refused(input: string): Promise<{ codes: string[]; error: Error }> {
  try {
    await readClips(input)
  } catch (error) {
    return { codes: codesOf(error), error: error as Error }
  }
  throw new Error('nothing was refused')
}

const KITS = {
  'a.wav': '',
  'b.wav': '',
  'c.wav': '',
  't.tsv': 'file\tkit\tseconds\na.wav\tA\t1.5\nb.wav\tB\t2\nc.wav\t\t3',
}

test('a folder of classes: the sub-folder is the class, other files are left out', async t => {
  const folder = folderOf({
    'dög bark/b 1.WAV': '',
    'dög bark/a.flac': '',
    'cat/é.mp3': '',
    'cat/notes.txt': '',
    '.x.wav': '',
  })
  const { clips, columns } = await readClips(folder)
  t.deepEqual(columns, ['class'])
  t.deepEqual(
    clips.map(({ id, labels }) => [id, labels.class]),
    [
      ['cat/é.mp3', 'cat'],
      ['dög bark/a.flac', 'dög bark'],
      ['dög bark/b 1.WAV', 'dög bark'],
    ],
  )
  t.is(clips[0]!.path, join(folder, 'cat/é.mp3'))
})

test('a flat folder, and one sub-folder alone, have no classes', async t => {
  t.deepEqual((await readClips(folderOf({ 'a.wav': '', 'b.wav': '' }))).columns, [])
  t.deepEqual((await readClips(folderOf({ 'audio/a.wav': '', 'audio/b.wav': '' }))).columns, [])
})

test('links are followed, circles are not', async t => {
  const folder = folderOf({ 'a.wav': '', 'sub/b.wav': '' })
  symlinkSync(folder, join(folder, 'sub', 'round'))
  t.is((await readClips(folder)).clips.length, 2)
})

test('a link that leads nowhere is told as missing, not passed over', async t => {
  const folder = folderOf({ 'a.wav': '' })
  symlinkSync(join(folder, 'gone.flac'), join(folder, 'b.flac'))
  symlinkSync(join(folder, 'gone.txt'), join(folder, 'notes.txt'))
  t.deepEqual((await searchFolder(folder)).sounds, ['a.wav', 'b.flac'])
})

test('a single file, whatever its ending', async t => {
  const folder = folderOf({ 'strange.dat': 'x' })
  t.deepEqual((await readClips(join(folder, 'strange.dat'))).clips, [
    { id: 'strange.dat', path: join(folder, 'strange.dat'), labels: {} },
  ])
})

test('a table: paths, quoted fields, stretches, labels; an empty cell is no label', async t => {
  const table = [
    'path,start,end,label,"the ""group""",fold',
    '"sub/one, two.wav",0.5,2,dog,g1,1',
    'sub/b.wav,,,,g2,2',
    'sub/b.wav,1,,cat,g2,2',
  ]
  const folder = folderOf({
    'clips.csv': `\ufeff${table.join('\r\n')}\r\n\r\n`,
    'sub/one, two.wav': '',
    'sub/b.wav': '',
  })
  const { clips, columns } = await readClips(join(folder, 'clips.csv'))
  t.deepEqual(columns, ['label', 'the "group"', 'fold'])
  t.deepEqual(clips, [
    {
      id: 'sub/one, two.wav#0.5-2',
      path: join(folder, 'sub/one, two.wav'),
      start: 0.5,
      end: 2,
      labels: { label: 'dog', 'the "group"': 'g1', fold: '1' },
    },
    { id: 'sub/b.wav', path: join(folder, 'sub/b.wav'), labels: { 'the "group"': 'g2', fold: '2' } },
    {
      id: 'sub/b.wav#1-',
      path: join(folder, 'sub/b.wav'),
      start: 1,
      labels: { label: 'cat', 'the "group"': 'g2', fold: '2' },
    },
  ])
})

test('every bad row is named, with its line', async t => {
  const rows = ['file,start,end', 'd.wav,,', 'a.wav,0', 'a.wav,x,1', '"b\nc.wav",2,1', 'd.wav,,', ',0,1']
  const folder = folderOf({ 'clips.csv': rows.join('\n') })
  const { codes, error } = await refused(join(folder, 'clips.csv'))
  t.deepEqual(codes, ['bad-row', 'bad-row', 'bad-row', 'duplicate-clip', 'bad-row'])
  t.deepEqual(
    (error as Problems).problems.map(({ place }) => place?.line),
    [3, 4, 5, 7, 8],
  )
})

const REFUSED: [what: string, code: string, input: () => string, says: RegExp][] = [
  ['nothing there', 'no-data', () => '/nowhere/at all', /no such file/],
  ['an empty folder', 'no-audio', () => folderOf({}), /no recordings/],
  ['a folder without audio', 'no-audio', () => folderOf({ 'a.txt': '' }), /1 other/],
  [
    'a table without a file column',
    'missing-column',
    () => join(folderOf({ 't.csv': 'name,label\na,b' }), 't.csv'),
    /'file'/,
  ],
  [
    'a table of missing files',
    'no-audio',
    () => join(folderOf({ 't.tsv': 'file\tx\na.wav\tb' }), 't.tsv'),
    /none of its 1/,
  ],
  ['a table without rows', 'no-audio', () => join(folderOf({ 't.csv': 'file,label\n' }), 't.csv'), /lists no/],
  ['an open quote', 'bad-table', () => join(folderOf({ 't.csv': 'file\n"a.wav\n' }), 't.csv'), /:2: .*closing quote/],
  ['a twin column', 'bad-table', () => join(folderOf({ 't.csv': 'file,a,a\nx,y,z' }), 't.csv'), /'a'/],
  ['an unknown key', 'bad-data-set', () => join(folderOf({ 's.yaml': 'folder: .\nfolds: 3\n' }), 's.yaml'), /folds/],
  ['a set of nothing', 'bad-data-set', () => join(folderOf({ 's.yaml': 'classes: []\n' }), 's.yaml'), /'folder'/],
  [
    'a set whose folder is not there',
    'no-data',
    () => join(folderOf({ 's.yaml': 'folder: sounds\n' }), 's.yaml'),
    /sounds/,
  ],
  ...(
    [
      ['a condition on a column that is not there', 'missing-column', 'where: { kitt: A }', /no column 'kitt'/],
      ['a condition on a value that no clip has', 'no-such-value', 'except: { kit: [A, Z] }', /no clip has kit 'Z'/],
      ['conditions that leave no clip', 'no-clips-left', 'where: { seconds: { at-least: 9 } }', /no clip of 3/],
      [
        'a condition that is neither values nor a range',
        'bad-data-set',
        'where: { kit: { least: 1 } }',
        /where\.kit: .*least/,
      ],
    ] as const
  ).map(
    ([what, code, line, says]) =>
      [what, code, () => join(folderOf({ ...KITS, 's.yaml': `table: t.tsv\n${line}\n` }), 's.yaml'), says] as [
        string,
        string,
        () => string,
        RegExp,
      ],
  ),
  ['a set that is no YAML', 'bad-data-set', () => join(folderOf({ 's.yaml': 'folder: [\n' }), 's.yaml'), /s\.yaml:/],
]
for (const [what, code, input, says] of REFUSED) {
  test(`${what}: ${code}`, async t => {
    const { codes, error } = await refused(input())
    t.deepEqual(codes, [code])
    t.regex(error.message, says)
  })
}

test('a data set keeps the clips that its conditions name', async t => {
  const kept = async (line: string) => {
    const { clips } = await readClips(join(folderOf({ ...KITS, 's.yaml': `table: t.tsv\n${line}\n` }), 's.yaml'))
    return clips.map(({ id }) => id)
  }
  t.deepEqual(await kept('where: { kit: A }'), ['a.wav'])
  t.deepEqual(await kept('where: { kit: [A, B] }'), ['a.wav', 'b.wav'])
  t.deepEqual(await kept('except: { kit: A }'), ['b.wav', 'c.wav'], 'a clip without a value meets no condition')
  t.deepEqual(await kept('where: { seconds: 3 }'), ['c.wav'], 'a number is a value, too')
  t.deepEqual(await kept('where: { seconds: { at-least: 2 } }'), ['b.wav', 'c.wav'])
  t.deepEqual(await kept('where: { seconds: { at-least: 2, at-most: 2.5 } }\nexcept: { kit: A }'), ['b.wav'])
})

test.serial('a data set: environment, folder beside the file, table within the folder', async t => {
  const folder = folderOf({
    'sounds/a.wav': '',
    'sounds/labels.tsv': 'file\tlabel\na.wav\tdog',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the data set file's own references
    'set.yaml': 'folder: ${env:EARSHOT_TEST_SOUNDS,.}/sounds\ntable: labels.tsv\n',
  })
  const { clips } = await readClips(join(folder, 'set.yaml'))
  t.deepEqual(clips, [{ id: 'a.wav', path: join(folder, 'sounds/a.wav'), labels: { label: 'dog' } }])
  const elsewhere = folderOf({ 'sounds/a.wav': '', 'sounds/labels.tsv': 'file\tlabel\na.wav\tcat' })
  process.env.EARSHOT_TEST_SOUNDS = elsewhere
  t.is((await readClips(join(folder, 'set.yaml'))).clips[0]!.labels.label, 'cat')
  process.env.EARSHOT_TEST_SOUNDS = join(elsewhere, 'gone')
  const { error } = await refused(join(folder, 'set.yaml'))
  t.regex((error as Problem).hint ?? '', /EARSHOT_TEST_SOUNDS/)
  delete process.env.EARSHOT_TEST_SOUNDS
})

test('the sounds of the quickstart: 206, nine classes of nine and more', async t => {
  const { clips, columns } = await readClips(join(process.cwd(), 'data', 'sets', 'quickstart.yaml'))
  t.is(clips.length, 206)
  t.deepEqual(columns, ['class'])
  const sizes = new Map<string, number>()
  for (const { labels } of clips) if (labels.class) sizes.set(labels.class, (sizes.get(labels.class) ?? 0) + 1)
  t.is(sizes.size, 9)
  t.true([...sizes.values()].every(size => size >= 9))
})

test.serial('a sub-folder that may not be read is named, not left out', async t => {
  const folder = folderOf({ 'a.wav': '', 'closed/b.wav': '' })
  chmodSync(folder, 0o755)
  chmodSync(join(folder, 'closed'), 0)
  const root = process.geteuid!() === 0
  if (root) process.seteuid!(65_534)
  const { codes, error } = await refused(folder).finally(() => root && process.seteuid!(0))
  chmodSync(join(folder, 'closed'), 0o755)
  t.deepEqual(codes, ['unreadable-folder'])
  t.regex(error.message, /closed cannot be read \(EACCES\)/)
})

test('names of files that are not UTF-8 are told, those that only look so are read', async t => {
  const folder = folderOf({ 'a.wav': '', 'strange \ufffd.wav': '' })
  t.is((await readClips(folder)).clips.length, 2)
  for (const letter of [0xe8, 0xe9])
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/caf`), Buffer.from([letter]), Buffer.from('.wav')]), '')
  const { codes, error } = await refused(folder)
  t.deepEqual(codes, ['bad-name', 'bad-name'])
  t.regex(error.message, /not UTF-8/)
})

test("a pipe or a device that a table names is that clip's own problem, and not waited for", async t => {
  const folder = folderOf({ 't.csv': 'file\npipe.wav\n/dev/zero\nsub\n', 'sub/a.wav': '' })
  t.is(spawnSync('mkfifo', [join(folder, 'pipe.wav')]).status, 0)
  for (const { path } of (await readClips(join(folder, 't.csv'))).clips)
    t.regex((await t.throwsAsync(contentHash(path), { instanceOf: Problem }))!.message, /it is not a file/)
})
