// Which files of tests share a process: starting one and loading TensorFlow takes longer than most of them.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from '../pipelines/setup/setup.mjs'

const tests = join(root, 'dist', 'test')
const shared = join(tests, 'sharing')

/** Folders whose tests get in nobody's way: they change nothing of the process that others see, and their titles differ. */
const FOLDERS =
  /^(stages\b.*|engine|graphs\/(language|readout)|data\/annotations|pipelines\/(statistics|evaluation\/probes))$/
/** A file that waits for something of its own before it names its tests: ava takes no more of them then. */
const WAITS = /^const (?!.*=>).*\bawait |\/fake-graphs\.js'/m
const STARTS_TENSORFLOW = /\/(started|built|objectives|agrees|finite-differences)\.js'/

/** Every file of tests, from dist/test on. */
export function testFiles() {
  const names = readdirSync(tests, { recursive: true }).sort()
  return names.filter(name => name.endsWith('.test.js') && dirname(name) !== 'sharing')
}

const textOf = name => readFileSync(join(tests, name), 'utf8')

/** Whether a file compares numbers of TensorFlow, as engine and stages make them, with a reference. */
export const isNumeric = name => /^(engine|stages)\b/.test(name) && /(near|agrees|objectives)\.js'/.test(textOf(name))

/** What ava is to run from the root of the repository: in the place of those that share a process, one file for them all. */
export function sharing(names) {
  forgetShared()
  mkdirSync(shared)
  const groups = new Map()
  for (const name of names) {
    const group = FOLDERS.test(dirname(name)) && !WAITS.test(textOf(name)) ? dirname(name) : name
    groups.set(group, [...(groups.get(group) ?? []), name])
  }
  return [...groups].map(([group, files]) => {
    const file = files.length > 1 ? writeShared(group.replaceAll('/', '-'), files) : files[0]
    return join('dist', 'test', file)
  })
}

/** Files that stand for several. */
export const forgetShared = () => rmSync(shared, { recursive: true, force: true })

/** TensorFlow has to be there before any of them is read: whoever needs it would name its tests later than the others. */
function writeShared(name, files) {
  const first = files.some(file => STARTS_TENSORFLOW.test(textOf(file))) ? "await import('../engine/started.js')\n" : ''
  writeFileSync(join(shared, `${name}.js`), files.map(file => `import '../${file}'\n`).join(''))
  writeFileSync(join(shared, `${name}.test.js`), `${first}await import('./${name}.js')\n`)
  return join('sharing', `${name}.test.js`)
}
