// Installs what is missing: npm packages, the build in dist/, TensorFlow. Plain Node without packages, since it is what
// brings them; npm runs no script of its own here (ignore-scripts=true). Everything is quick when nothing is to be done.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const lock = join(root, 'package-lock.json')
/** Installed as a package, Earshot comes with all that it is made of; a checkout brings it up to date. */
const isCheckout = existsSync(lock)
const packagesStamp = join(root, 'node_modules', '.earshot-packages')
const buildStamp = join(root, 'dist', '.earshot-build')
const buildNotes = join(root, 'dist', '.tsbuildinfo')
const verbs = ['pipelines', 'graphs', 'stages', 'engine', 'data']
const sources = [...verbs, 'test', 'bench']

/** A sentence for people, and what to do; printed without a stack. */
export class SetupError extends Error {}

const started = Date.now()
/** Progress goes to stderr, so that a verb's output stays clean. */
export function say(line) {
  process.stderr.write(`[${((Date.now() - started) / 1000).toFixed(0).padStart(3)} s] ${line}\n`)
}

/** @throws SetupError below Node 20.19 */
export function checkNode(version = process.versions.node) {
  const [major, minor] = version.split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 19)) return
  throw new SetupError(`Earshot needs Node 20.19 or newer; this is ${version}.\n  Install Node 22: https://nodejs.org`)
}

/** Whether packages and the build of what verbs run were there and current at the last look: stat calls alone. */
export function looksReady() {
  if (!isCheckout) return true
  try {
    if (statSync(packagesStamp).mtimeMs < statSync(lock).mtimeMs) return false
    const built = statSync(buildStamp).mtimeMs
    return !sourceFiles(verbs).some(path => statSync(path).mtimeMs > built)
  } catch {
    return false
  }
}

/** `npm ci`, unless node_modules holds what package-lock.json says. */
export function ensurePackages() {
  const hash = createHash('sha256').update(readFileSync(lock)).digest('hex')
  if (!(read(packagesStamp) === hash && existsSync(join(root, 'node_modules', '.package-lock.json')))) {
    if (!packagesAgree()) {
      say('Installing the npm packages (npm ci)')
      // Progress to stderr; development packages too, whatever NODE_ENV says, since the build needs them.
      const words = ['ci', '--include=dev', '--no-audit', '--no-fund', '--no-update-notifier']
      const { status, error } = spawnSync('npm', words, { cwd: root, stdio: ['ignore', 2, 2] })
      if (error) throw new SetupError(`npm could not be run (${error.message}).\n  Install npm, which comes with Node.`)
      if (status !== 0) throw new SetupError('npm ci failed; its reason stands above.\n  Mend it and run this again.')
    }
    writeFileSync(packagesStamp, hash)
  } else if (statSync(packagesStamp).mtimeMs < statSync(lock).mtimeMs) touch(packagesStamp)
}

/** True if somebody has run npm themselves: npm's own note of what it installed agrees with package-lock.json. */
function packagesAgree() {
  const wanted = parse(lock)?.packages
  const present = parse(join(root, 'node_modules', '.package-lock.json'))?.packages
  if (!wanted || !present) return false
  return Object.entries(wanted).every(([path, { version, optional, link }]) => {
    if (path === '' || link) return true
    return present[path] ? present[path].version === version : optional === true
  })
}

/**
 * Compiles the TypeScript if a source is newer than the last successful build or an output is gone, and takes away what
 * gone sources left.
 *
 * @returns the compiler's complaints, '' if there are none
 */
export function build() {
  const files = sourceFiles()
  const settings = [join(root, 'tsconfig.json'), packagesStamp].filter(path => existsSync(path))
  const built = existsSync(buildStamp) ? statSync(buildStamp).mtimeMs : 0
  const known = new Set((read(buildStamp) ?? '').split('\n'))
  const gone = [...known].some(path => path !== '' && !existsSync(join(root, path)))
  const whole = () => files.every(path => existsSync(outputOf(path)))
  if (built > 0 && !gone && whole() && ![...files, ...settings].some(path => statSync(path).mtimeMs > built)) return ''
  say('Compiling Earshot (tsc)')
  const began = new Date()
  let complaints = compile()
  if (complaints === '' && !whole()) {
    rmSync(buildNotes, { force: true }) // the compiler trusts its notes of what it has written
    complaints = compile()
  }
  if (complaints !== '') {
    rmSync(buildStamp, { force: true })
    return complaints
  }
  removeStale(files)
  mkdirSync(dirname(buildStamp), { recursive: true })
  writeFileSync(buildStamp, files.map(path => path.slice(root.length + 1)).join('\n'))
  utimesSync(buildStamp, began, began)
  return ''
}

function compile() {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const words = [tsc, '-p', root, '--incremental', '--tsBuildInfoFile', buildNotes]
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { cwd: root, encoding: 'utf8' })
  return status === 0 ? '' : `${stdout}${stderr}`.trim() || `tsc ended with ${status}`
}

/** Compiles, and gives up on the first complaint. */
export function ensureBuilt() {
  const complaints = build()
  if (complaints !== '') throw new SetupError(`Earshot does not compile:\n${complaints}`)
}

/** TensorFlow, from the cache or built; see engine/install. */
export async function ensureEngine() {
  const from = path => import(new URL(`../../dist/${path}`, import.meta.url).href)
  const { ensureEngine: ensure } = await from('engine/install/install-engine.js')
  const { cacheFolder } = await from('data/cache-folder.js')
  try {
    await ensure({ cache: cacheFolder(), say })
  } catch (error) {
    if (error.name !== 'Problem') throw error
    throw new SetupError(error.hint ? `${error.message}\n  ${error.hint.replaceAll('\n', '\n  ')}` : error.message)
  }
}

/** Everything, in order. */
export async function setUp() {
  checkNode()
  ensurePackages()
  ensureBuilt()
  await ensureEngine()
}

/** Runs `work`, prints a SetupError as its sentence, and leaves the exit code. */
export async function tell(work) {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    process.stderr.write(`\n${error.message}\n`)
    process.exitCode = 1
  }
}

function sourceFiles(folders = sources) {
  return folders.flatMap(folder => walk(join(root, folder), '.ts')).filter(path => !path.endsWith('.d.ts'))
}

function walk(folder, ending) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    const path = `${folder}/${entry.name}` // join is slow for a thousand
    return entry.isDirectory() ? walk(path, ending) : entry.name.endsWith(ending) ? [path] : []
  })
}

const outputOf = path => join(root, 'dist', `${path.slice(root.length + 1, -'.ts'.length)}.js`)

/** Deletes the output of sources that are no more: discovery by folder would find it. */
function removeStale(files) {
  const current = new Set(files.map(outputOf))
  for (const path of walk(join(root, 'dist'), '.js')) {
    if (current.has(path)) continue
    for (const ending of ['.js', '.js.map', '.d.ts'])
      rmSync(`${path.slice(0, -'.js'.length)}${ending}`, { force: true })
  }
}

function touch(path) {
  const now = new Date()
  utimesSync(path, now, now)
}

function read(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function parse(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}
