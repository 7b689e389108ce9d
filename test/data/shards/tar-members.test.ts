/** Members of tars that Python's tarfile and GNU tar have written, in every format they know. */
import { spawnSync } from 'node:child_process'
import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { Problem } from '../../../data/problem.js'
import { inTar } from '../../../data/shards/tar-file.js'
import { tarMembers } from '../../../data/shards/tar-members.js'
import { scratchFolder } from '../../earshot.js'

/** Writes a tar of a format, and says where tarfile finds its files. */
const SCRIPT = `
import io, json, sys, tarfile
file, name = sys.argv[1:]
formats = {'ustar': tarfile.USTAR_FORMAT, 'gnu': tarfile.GNU_FORMAT, 'pax': tarfile.PAX_FORMAT}
names = ['a.wav', './b/ü é.wav', 'c/' + 'long/' * 15 + 'x' * 70 + '.wav', 'empty.wav', 'last.wav']
if name != 'ustar':
    names.insert(2, 'd/' + 'ä' * 180 + '.json')
with tarfile.open(file, 'w', format=formats[name], pax_headers={'comment': 'all'} if name == 'pax' else None) as tar:
    folder = tarfile.TarInfo('b'); folder.type = tarfile.DIRTYPE; tar.addfile(folder)
    for i, one in enumerate(names):
        content = b'' if one == 'empty.wav' else bytes([i]) * (511 + 300 * i)
        info = tarfile.TarInfo(one); info.size = len(content); info.mtime = 1.5
        tar.addfile(info, io.BytesIO(content))
    link = tarfile.TarInfo('hard.wav'); link.type = tarfile.LNKTYPE; link.linkname = 'a.wav'; tar.addfile(link)
    soft = tarfile.TarInfo('soft.wav'); soft.type = tarfile.SYMTYPE; soft.linkname = 'a.wav'; tar.addfile(soft)
with tarfile.open(file) as tar:
    print(json.dumps([{'name': m.name, 'start': m.offset_data, 'size': m.size} for m in tar if m.isreg()]))
`

function tarfile(format: string): { file: string; expected: { name: string; start: number; size: number }[] } {
  const file = join(scratchFolder('tar'), `${format}.tar`)
  const { stdout, stderr, status } = spawnSync('python3', ['-c', SCRIPT, file, format], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return { file, expected: JSON.parse(stdout) }
}

for (const format of ['ustar', 'gnu', 'pax'])
  test(`${format}: names, places and sizes as tarfile finds them`, t => {
    const { file, expected } = tarfile(format)
    const files = expected.map(one => ({ ...one, name: one.name.replace(/^\.\//, '') }))
    // tarfile counts a hard link as the file that it names
    t.deepEqual(
      tarMembers(file).filter(({ name }) => name !== 'hard.wav'),
      files.filter(({ name }) => name !== 'hard.wav'),
    )
    const { start, size } = inTar(`${file}/hard.wav`)!
    t.deepEqual({ start, size }, inTarOf(file, 'a.wav'))
    t.is(inTar(`${file}/soft.wav`), undefined)
    t.is(inTar(`${file}/none.wav`), undefined)
  })

function inTarOf(file: string, name: string) {
  const { start, size } = inTar(`${file}/${name}`)!
  return { start, size }
}

for (const format of ['v7', 'oldgnu', 'gnu', 'ustar', 'posix'])
  test(`GNU tar, --format ${format}: the bytes of a file come back`, t => {
    const folder = scratchFolder('gnu-tar')
    writeFileSync(join(folder, 'one ü.wav'), 'first')
    writeFileSync(join(folder, 'two.wav'), Buffer.alloc(5000, 2))
    const file = join(folder, 'all.tar')
    const { status, stderr } = spawnSync('tar', [
      '-C',
      folder,
      '-c',
      '-f',
      file,
      '--format',
      format,
      './one ü.wav',
      'two.wav',
    ])
    t.is(status, 0, `${stderr}`)
    const { start, size } = inTarOf(file, 'one ü.wav')
    t.is(
      readFileSync(file)
        .subarray(start, start + size)
        .toString(),
      'first',
    )
    t.is(inTarOf(file, 'two.wav').size, 5000)
  })

const refusal = (file: string) => {
  try {
    tarMembers(file)
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
  throw new Error('nothing was refused')
}

test('a tar cut short anywhere is refused, and closed by what the hint says', t => {
  const { file, expected } = tarfile('pax')
  const bytes = readFileSync(file)
  const last = expected.find(({ name }) => name === 'last.wav')!
  for (const length of [
    300,
    1000,
    last.start,
    last.start + last.size - 1,
    last.start + 512 * Math.ceil(last.size / 512),
  ]) {
    writeFileSync(file, bytes.subarray(0, length))
    t.is(refusal(file).code, length < 512 ? 'tar-damaged' : 'tar-truncated', `${length}`)
  }
  writeFileSync(`${file}.cut.tar`, bytes.subarray(0, last.start + 100))
  t.regex(refusal(`${file}.cut.tar`).message, new RegExp(`'last.wav' has 100 of ${last.size} bytes`))
  const command = /tar --append .*/.exec(refusal(file).hint!)![0].replace('FILE', JSON.stringify(file))
  t.is(spawnSync('sh', ['-c', command]).status, 0)
  t.is(tarMembers(file).at(-1)!.name, 'last.wav')
})

test('what is no tar says what it is, and how to unpack it', t => {
  const { file } = tarfile('gnu')
  for (const [program, name] of Object.entries({ gzip: 'gunzip', bzip2: 'bunzip2', xz: 'unxz' })) {
    const { stdout, status } = spawnSync(program, ['-c', file])
    if (status !== 0) continue // not on this machine
    writeFileSync(`${file}.${program}.tar`, stdout)
    const problem = refusal(`${file}.${program}.tar`)
    t.is(problem.code, 'tar-compressed')
    t.true(problem.hint!.includes(`${name} < `), problem.hint)
  }
  writeFileSync(file, 'RIFF'.repeat(1000))
  t.regex(refusal(file).message, /is no tar\.$/)
  truncateSync(file, 0)
  t.regex(refusal(file).message, /is empty\.$/)
  t.regex(refusal(`${file}.none.tar`).message, /there is no such file/)
})

test('a header gone bad is named by its place; a tar that has changed is read anew', t => {
  const { file, expected } = tarfile('ustar')
  const { start } = expected[1]!
  t.is(inTarOf(file, 'a.wav').start, expected[0]!.start)
  const bytes = readFileSync(file)
  bytes[start - 512] = 1
  writeFileSync(file, bytes)
  t.regex(refusal(file).message, new RegExp(`at byte ${start - 512} there is no header`))
  appendFileSync(file, Buffer.alloc(10))
  t.throws(() => inTar(`${file}/a.wav`), { instanceOf: Problem })
})

const written = (name: string, script: string, ...words: string[]) => {
  const file = join(scratchFolder('tar'), name)
  const { status, stderr } = spawnSync('python3', [
    '-c',
    `import io, sys, tarfile\nfile = sys.argv[1]\n${script}`,
    file,
    ...words,
  ])
  if (status !== 0) throw new Error(`${stderr}`)
  return file
}

test('bytes of a compressed tar that look like a number of any size are no stack trace', t => {
  const block = Buffer.alloc(1024, 0xff)
  block.set([0x1f, 0x8b])
  block[124] = 0x80
  const file = join(scratchFolder('tar'), 'packed.tar')
  writeFileSync(file, block)
  t.is(refusal(file).code, 'tar-compressed')
})

test('a size of 2^62 is damage at its place', t => {
  const file = written(
    'huge.tar',
    `
with tarfile.open(file, 'w', format=tarfile.GNU_FORMAT) as tar:
    tar.addfile(tarfile.TarInfo('a.wav'))
with open(file, 'r+b') as raw:
    huge = tarfile.TarInfo('huge.wav'); huge.size = 2 ** 62
    raw.seek(512); raw.write(huge.tobuf(tarfile.GNU_FORMAT))
`,
  )
  t.deepEqual([refusal(file).code, /at byte 512 /.test(refusal(file).message)], ['tar-damaged', true])
})

test('names that differ in bytes outside UTF-8 are different files', t => {
  for (const format of ['USTAR', 'GNU']) {
    const file = written(
      'latin.tar',
      `
with tarfile.open(file, 'w', format=tarfile.${format}_FORMAT, encoding='latin-1') as tar:
    for folder in ['', 'é' + 'x' * 98 + '/'] if '${format}' == 'USTAR' else ['', 'é' * 120 + '/']:
        for name in ['Chèvre.wav', 'Chévre.wav']:
            tar.addfile(tarfile.TarInfo(folder + name))
`,
    )
    const names = tarMembers(file).map(({ name }) => name)
    t.deepEqual(names.slice(0, 2), ['Chèvre.wav', 'Chévre.wav'])
    t.is(new Set(names).size, 4)
    t.true(names[3]!.endsWith('/Chévre.wav') && names[3]!.startsWith('é'))
  }
})

for (const format of ['gnu', 'posix'])
  test(`a sparse file is named (GNU tar, --format ${format})`, t => {
    const folder = scratchFolder('sparse')
    writeFileSync(join(folder, 'a.wav'), 'x')
    writeFileSync(join(folder, 'hole.wav'), '')
    truncateSync(join(folder, 'hole.wav'), 1 << 20)
    const file = join(folder, 'all.tar')
    const words = ['-C', folder, '-c', '-f', file, '--sparse', '--format', format, 'a.wav', 'hole.wav']
    const { status, stderr } = spawnSync('tar', words)
    t.is(status, 0, `${stderr}`)
    t.is(refusal(file).code, 'tar-sparse')
    t.regex(refusal(file).message, /'hole.wav'/)
  })

test('a pipe that is called a tar is not waited for', t => {
  const file = join(scratchFolder('pipe'), 'x.tar')
  t.is(spawnSync('mkfifo', [file]).status, 0)
  t.regex(refusal(file).message, /is not a file/)
})

test('what stands behind the closing zeros is told: a header of zeros, two tars in one file', t => {
  const { file, expected } = tarfile('ustar')
  const bytes = readFileSync(file)
  const members = tarMembers(file).length
  const zeroed = Buffer.from(bytes).fill(0, expected[1]!.start - 512, expected[1]!.start)
  writeFileSync(file, zeroed)
  t.regex(refusal(file).message, new RegExp(`at byte ${expected[1]!.start - 512} it is closed by zeros`))
  writeFileSync(file, Buffer.concat([bytes, bytes]))
  t.regex(refusal(file).hint ?? '', /--ignore-zeros/)
  writeFileSync(file, Buffer.concat([bytes, Buffer.from('a remark behind the end')]))
  t.is(tarMembers(file).length, members)
})
