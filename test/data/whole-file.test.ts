import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import test from 'ava'
import { readJsonFile, readJsonLinesWhole } from '../../data/json-file.js'
import { beginPart, isPart, makeFolder, writeWhole } from '../../data/whole-file.js'
import { scratchFolder } from '../earshot.js'

const folder = scratchFolder('whole file')

test('what a killed process has left of a file goes when the file is written again; others stay', t => {
  const file = join(folder, 'vectors.arrow')
  const { pid: dead } = spawnSync(process.execPath, ['--version'])
  const own = beginPart(file)
  t.true(isPart(own))
  const left = own.replace(`.${process.pid}.`, `.${dead}.`)
  const living = own.replace(`.${process.pid}.`, `.${process.ppid}.`)
  const elsewhere = join(folder, `vectors.arrow.abcdef.${dead}.part`)
  const another = join(folder, basename(left).replace('vectors', 'others'))
  for (const part of [left, living, elsewhere, another]) writeFileSync(part, 'half')
  writeWhole(file, 'whole')
  t.is(readFileSync(file, 'utf8'), 'whole')
  t.deepEqual([left, living, elsewhere, another].map(existsSync), [false, true, true, true])
})

test('two that write one file at once, in one process, each have a part of their own', t => {
  const file = join(folder, 'twice.arrow')
  t.not(beginPart(file), beginPart(file))
})

test('a folder is made with those that it lies in; where none can be made that is told, and not tried for ever', t => {
  const deep = join(folder, 'a/b/c')
  makeFolder(deep)
  makeFolder(`${deep}/`)
  t.true(existsSync(deep))
  writeFileSync(join(folder, 'file'), '')
  t.throws(() => makeFolder(join(folder, 'file')), { code: 'not-writable', message: /EEXIST/ })
  t.throws(() => makeFolder(join(folder, 'file/x')), { code: 'not-writable', message: /ENOTDIR/ })
  // in a process of its own, that one which tries for ever can be ended
  const program = `import { makeFolder } from ${JSON.stringify(new URL('../../data/whole-file.js', import.meta.url))}
    import { mkdirSync, rmdirSync } from 'node:fs'
    mkdirSync('gone')
    process.chdir('gone')
    rmdirSync('../gone')
    for (const folder of ['/proc/none', 'a/b']) try { makeFolder(folder) } catch ({ code }) { console.log(code) }`
  const words = ['--input-type=module', '-e', program]
  const { stdout } = spawnSync(process.execPath, words, { cwd: folder, timeout: 20_000, killSignal: 'SIGKILL' })
  t.is(String(stdout), 'not-writable\nnot-writable\n')
})

test('a file that cannot be written leaves nothing, and names its folder', t => {
  t.throws(() => writeWhole(join(folder, 'absent', 'x'), ''), { code: 'not-writable', message: /absent.*no such file/ })
  const before = readdirSync(folder).length
  t.throws(() => writeWhole(folder, ''), { code: 'not-writable', message: /that is a folder|name is there|not empty/ })
  t.is(readdirSync(folder).length, before)
})

test('a cut file of our own is a problem that names it', t => {
  const [file, lines] = [join(folder, 'best.json'), join(folder, 'drops.jsonl')]
  writeFileSync(file, '{"step": 1')
  writeFileSync(lines, '{"clip": 1}\n\n{"cl')
  t.throws(() => readJsonFile(file), { code: 'damaged' })
  t.like(
    t.throws(() => readJsonLinesWhole(lines)),
    { code: 'damaged', place: { file: lines, line: 3 } },
  )
})
