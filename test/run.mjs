// `npm test`: installs what is missing, then type check, lint and every test. The last line counts them.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { build, checkNode, ensureEngine, ensurePackages, root, SetupError, say } from '../pipelines/setup/setup.mjs'
import { pythonEnvironment } from './python.mjs'
import { forgetShared, isNumeric, sharing, testFiles } from './sharing.mjs'

/** As on a processor of ten years ago: sums are done in another order, by other kernels. */
const OTHER_ARITHMETIC = {
  ...{ TF_ENABLE_ONEDNN_OPTS: '0', ONEDNN_MAX_CPU_ISA: 'AVX2' },
  ...{ TF_NUM_INTRAOP_THREADS: '1', OMP_NUM_THREADS: '1' },
}

/** ava has every process read the maps of all that it loads, npm packages too; to see lines of TypeScript, run ava itself. */
const WITHOUT_SOURCE_MAPS = `${process.env.NODE_OPTIONS ?? ''} --import data:text/javascript,process.setSourceMapsEnabled(false)`

const counts = { passed: 0, failed: 0, skipped: 0 }
/** Where tests keep what the sounds that most of them learn from come to. */
const features = mkdtempSync(join(tmpdir(), 'earshot-test-cache-'))

try {
  checkNode()
  ensurePackages()
  check('type check (tsc)', build())
  check('lint and format (biome)', lint())
  await ensureEngine()
  const { cacheFolder } = await import('../dist/data/cache-folder.js')
  const words = process.argv.slice(2)
  const environment = { ...pythonEnvironment(cacheFolder(), say), EARSHOT_TEST_CACHE: features }
  say('Testing (ava)')
  if (words.length > 0) await tests(words, environment)
  else {
    const files = testFiles()
    await tests(sharing(files), environment)
    say('Testing engine and stages once more: without oneDNN, without AVX-512, on one thread')
    await tests(sharing(files.filter(isNumeric)), { ...environment, ...OTHER_ARITHMETIC })
  }
} catch (error) {
  counts.failed++
  process.stdout.write(`${error instanceof SetupError ? error.message : error.stack}\n`)
}
rmSync(features, { recursive: true, force: true })
forgetShared()
process.exitCode = counts.failed > 0 ? 1 : 0
if (counts.skipped > 0) process.stdout.write(`${counts.skipped} skipped\n`)
process.stdout.write(`${counts.passed} passed, ${counts.failed} failed\n`)

/** Counts one check, and prints what it complains of. */
function check(name, complaints) {
  counts[complaints === '' ? 'passed' : 'failed']++
  process.stdout.write(complaints === '' ? `ok - ${name}\n` : `not ok - ${name}\n${complaints}\n`)
}

function lint() {
  const biome = join(root, 'node_modules', '@biomejs', 'biome', 'bin', 'biome')
  const words = [biome, 'check', '--max-diagnostics=50', '.']
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { cwd: root, encoding: 'utf8' })
  return status === 0 ? '' : `${stdout}${stderr}`.trim() || `biome ended with ${status}`
}

/** Runs ava on built files; its own closing counts (TAP: `# pass 12`) are the ones that go into ours. */
async function tests(words, environment) {
  const ava = join(root, 'node_modules', 'ava', 'entrypoints', 'cli.mjs')
  const atOnce = availableParallelism() + 1 // tests wait for threads and processes that they started
  const child = spawn(process.execPath, [ava, '--tap', `--concurrency=${atOnce}`, ...words], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { TF_CPP_MIN_LOG_LEVEL: '2', ...process.env, ...environment, NODE_OPTIONS: WITHOUT_SOURCE_MAPS },
  })
  const ended = new Promise(resolve => child.once('close', code => resolve(code)))
  const names = { pass: 'passed', fail: 'failed', skip: 'skipped' }
  const told = { passed: 0, failed: 0, skipped: 0 }
  for await (const line of createInterface({ input: child.stdout })) {
    const [, name, count] = /^# (pass|fail|skip) (\d+)$/.exec(line) ?? []
    if (name) told[names[name]] += Number(count)
    else process.stdout.write(`${line}\n`)
  }
  for (const [name, count] of Object.entries(told)) counts[name] += count
  const code = await ended
  if (code !== 0 && told.failed === 0) throw new SetupError(`ava ended with ${code} without naming a failed test.`)
  if (told.passed + told.failed === 0) throw new SetupError('ava ran no test.')
}
