// Which files of tests share a process, those of a folder: starting one and loading TensorFlow takes longer than most.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from '../pipelines/setup/setup.mjs'

const tests = join(root, 'dist', 'test')
const shared = join(tests, 'sharing')

/** A file that waits for something of its own before it names its tests: ava takes no more of them then. */
const WAITS = /^const (?!.*=>).*\bawait /m
/** What the others of its process would see: another environment, what is printed. */
const CHANGES = /process\.(env\S* = |chdir|on\()|delete process\.env|\bearshot\(|\/small-(sweep|separator)\.js'/
/** Modules that files wait for, and what those name that need them. */
const AWAITED = {
  'engine/started.js': /\/(started|built|objectives|agrees|finite-differences|support)\.js'/,
  'graphs/streams/fake-graphs.js': /\/fake-graphs\.js'/,
}

/** Every file of tests, from dist/test on. */
export function testFiles() {
  const names = readdirSync(tests, { recursive: true }).sort()
  return names.filter(name => name.endsWith('.test.js') && dirname(name) !== 'sharing')
}

const textOf = name => readFileSync(join(tests, name), 'utf8')

const standsAlone = text => WAITS.test(text) || CHANGES.test(text)

/** Whether a file compares numbers of TensorFlow, as engine and stages make them, with a reference. */
export const isNumeric = name => /^(engine|stages)\b/.test(name) && /(near|agrees|objectives)\.js'/.test(textOf(name))

/** What ava is to run from the root of the repository: in the place of those that share a process, one file for them all. */
export function sharing(names) {
  forgetShared()
  mkdirSync(shared)
  const groups = new Map()
  for (const name of names) {
    const group = standsAlone(textOf(name)) ? name : dirname(name)
    groups.set(group, [...(groups.get(group) ?? []), name])
  }
  return [...groups].map(([group, files]) => {
    const file = files.length > 1 ? writeShared(group.replaceAll('/', '-'), files) : files[0]
    return join('dist', 'test', file)
  })
}

/** Files that stand for several. */
export const forgetShared = () => rmSync(shared, { recursive: true, force: true })

/** What files wait for has to be there before any of them is read: they would name their tests later than the others. */
function writeShared(name, files) {
  const texts = files.map(textOf)
  const awaited = Object.keys(AWAITED).filter(module => texts.some(text => AWAITED[module].test(text)))
  const first = awaited.map(module => `await import('../${module}')\n`).join('')
  writeFileSync(join(shared, `${name}.js`), files.map(file => `import '../${file}'\n`).join(''))
  writeFileSync(join(shared, `${name}.test.js`), `${first}await import('./${name}.js')\n`)
  return join('sharing', `${name}.test.js`)
}
