// A Python with pyarrow, DuckDB, TensorBoard and onnxruntime, the other readers of our files. EARSHOT_PYTHON names one;
// otherwise the packages are put into the cache once. Where that cannot be, the tests that need them are skipped, visibly.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const PACKAGES = ['numpy', 'pyarrow', 'duckdb', 'tensorboard', 'onnxruntime', 'safetensors']

/**
 * The environment in which tests find such a Python: as it is if one is there, or with PYTHONPATH.
 *
 * @param cache the cache folder
 */
export function pythonEnvironment(cache, say) {
  if (process.env.EARSHOT_PYTHON || imports({})) return {}
  const folder = join(cache, `python-${versionOf()}`)
  const environment = { PYTHONPATH: folder }
  if (existsSync(folder) && imports(environment)) return environment
  say(`Installing ${PACKAGES.join(', ')} for the tests that read our files with them`)
  const temporary = mkdtempSync(`${folder}-`)
  const words = ['-m', 'pip', 'install', '--quiet', '--only-binary=:all:', '--target', temporary, ...PACKAGES]
  const { status } = spawnSync('python3', words, { stdio: 'ignore', timeout: 1_200_000 })
  if (status === 0) {
    rmSync(folder, { recursive: true, force: true })
    renameSync(temporary, folder)
    return environment
  }
  rmSync(temporary, { recursive: true, force: true })
  say('They could not be installed: those tests are skipped.')
  return {}
}

function imports(environment) {
  const words = ['-c', `import ${PACKAGES.join(', ')}`]
  return spawnSync('python3', words, { env: { ...process.env, ...environment }, stdio: 'ignore' }).status === 0
}

function versionOf() {
  const words = ['-c', 'import sys; print(*sys.version_info[:2], sep=".")']
  return spawnSync('python3', words, { encoding: 'utf8' }).stdout?.trim() || 'none'
}
