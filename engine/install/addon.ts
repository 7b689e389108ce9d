/** The C++ half of tfjs-node and ours on top: compiled in one go, and checked. */
import { hash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Problem } from '../../data/problem.js'
import { run, tellingLine } from './run.js'
import { compiler } from './tools.js'

export const ADDON = 'tfjs_binding.node'

/** Ours: takes `tfjs_binding.cc` in, and adds functions made of many operations. */
const NATIVE = fileURLToPath(new URL('../../../engine/native/addon.cc', import.meta.url))

/** Short name of our source: an addon in the cache that was made of another one is of no use. */
export const nativeHash = (): string => hash('sha256', readFileSync(NATIVE)).slice(0, 8)

/**
 * Compiles `<build>/tfjs_binding.node` of the sources in `<build>/tfjs-node` against `<build>/tensorflow`. It finds its
 * libraries beside itself, and in `home`, the folder that it will live in.
 *
 * @throws Problem with the compiler's own words
 */
export async function compileAddon(build: string, home: string): Promise<void> {
  const binding = join(build, 'tfjs-node', 'binding')
  const sources = readdirSync(binding)
    .filter(file => file.endsWith('.cc') && file !== 'tfjs_binding.cc')
    .sort()
  const headers = createRequire(import.meta.url)('node-api-headers').include_dir as string
  const libraries = join(build, 'tensorflow')
  const folders = libraryFolders(build)
  const { code, stderr } = await run(compiler(), [
    ...['-O2', '-std=c++17', '-shared', '-fPIC', '-DNAPI_VERSION=8'],
    ...['-I', headers, '-I', join(libraries, 'include'), '-I', binding],
    ...[NATIVE, ...sources.map(file => join(binding, file))],
    ...[`-L${libraries}`, '-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2'],
    ...['$ORIGIN', home].flatMap(start => folders.map(folder => `-Wl,-rpath,${join(start, folder)}`)),
    ...['-Wl,--disable-new-dtags', '-o', join(build, ADDON)],
  ])
  if (code === 0) return
  throw new Problem('no-addon', `The C++ half of TensorFlow.js does not compile: ${tellingLine(stderr)}`, {
    hint: `g++ 9 or newer is needed (this: ${compiler()}; CXX names another). Its words:\n${stderr.trim().split('\n').slice(0, 12).join('\n')}`,
  })
}

/** Folders with shared libraries, relative to the engine's own: TensorFlow's and those of its CUDA companions. */
function libraryFolders(build: string): string[] {
  const entries = (folder: string) => readdirSync(join(build, folder), { withFileTypes: true })
  const nvidia = entries('').some(entry => entry.name === 'nvidia')
    ? entries('nvidia').filter(e => e.isDirectory())
    : []
  return ['tensorflow', ...nvidia.map(entry => join('nvidia', entry.name, 'lib')).sort()]
}

/**
 * Loads the addon in a process of its own, since a wrong one may take its process down.
 *
 * @returns TensorFlow's version, as the library says it
 * @throws Problem if it does not load
 */
export async function checkAddon(addon: string): Promise<string> {
  const env = { TF_CPP_MIN_LOG_LEVEL: '2', ...process.env }
  const script = 'process.stdout.write(require(process.argv[1]).TF_Version)'
  const { code, signal, stdout, stderr } = await run(process.execPath, ['-e', script, addon], { env })
  if (code === 0) return stdout
  if (signal === 'SIGILL' || /AVX instructions/.test(stderr)) {
    throw new Problem('no-addon', "TensorFlow's wheels need a CPU with AVX; this one has none.", {
      hint: 'Use a machine with a CPU made since about 2012, or let the virtual machine see the real CPU.',
    })
  }
  throw new Problem('no-addon', `The addon was built but does not load: ${signal ?? tellingLine(stderr)}`, {
    hint: /GLIBC/.test(stderr)
      ? 'This system is older than the wheel. Try an older one: ./earshot engine install --tensorflow 2.15.1'
      : 'Try another version: ./earshot engine install --tensorflow 2.15.1',
  })
}
