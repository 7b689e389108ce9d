/**
 * The npm package that joins TensorFlow.js to TensorFlow, fetched by npm and unpacked. It is no dependency: its install
 * script, which npm would run wherever Earshot is installed, downloads a TensorFlow of its own and fails without a network.
 */
import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { Problem } from '../../data/problem.js'
import { run, tellingLine } from './run.js'

const PACKAGE = '@tensorflow/tfjs-node-gpu'
const INTEGRITY = 'sha512-p//NN6DGiN4hInUmIkRffaFVMcdTREUMjPyjW04J7OXvB2zBlQimj61eFKSgRrH3f5TnOfKzb0n56he/B6a4bw=='
export const TFJS_VERSION = '4.22.0'

/** In the folder of an engine. */
export const BRIDGE = 'tfjs-node.tgz'

/** How somebody with a network brings it. */
export const FETCH = `npm pack ${PACKAGE}@${TFJS_VERSION} --pack-destination wheels`

/**
 * Puts the package as `tfjs-node.tgz` into a folder.
 *
 * @param from folder that holds it as npm names it, instead of the registry
 * @throws Problem `no-bridge` if npm cannot get it, or its bytes are others
 */
export async function fetchBridge(folder: string, from?: string): Promise<void> {
  const within = from ?? folder
  if (from === undefined) await download(folder)
  const name = readdirSync(within).find(file => file.endsWith(`tfjs-node-gpu-${TFJS_VERSION}.tgz`))
  if (name === undefined) throw new Problem('no-bridge', `${within} holds no ${PACKAGE}.`, { hint: FETCH })
  const bytes = readFileSync(join(within, name))
  if (`sha512-${createHash('sha512').update(bytes).digest('base64')}` !== INTEGRITY)
    throw new Problem('no-bridge', `${join(within, name)} is not ${PACKAGE} as it was published.`, {
      hint: `Fetch it again: ${FETCH}`,
    })
  if (from === undefined) renameSync(join(folder, name), join(folder, BRIDGE))
  else copyFileSync(join(from, name), join(folder, BRIDGE))
}

/** By the user's own npm settings. */
async function download(folder: string): Promise<void> {
  const words = ['pack', `${PACKAGE}@${TFJS_VERSION}`, '--ignore-scripts', '--pack-destination', folder]
  const { code, stderr, missing } = await run('npm', words, { cwd: folder })
  if (code === 0) return
  const why = missing ? 'there is no npm on the PATH' : tellingLine(stderr)
  throw new Problem('no-bridge', `npm could not fetch ${PACKAGE}: ${why}`, {
    hint: `Without a network, run elsewhere  ${FETCH}\nput TensorFlow's wheel beside it, and here ./earshot engine install --from wheels`,
  })
}

/** Its JavaScript (`dist`) and its C++ (`binding`), from an engine's folder into another. */
export async function unpackBridge(engine: string, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const { extract } = await import('tar')
  const wanted = /^package\/(package\.json|dist\/|binding\/)/
  await extract({ file: join(engine, BRIDGE), cwd: folder, strip: 1, filter: path => wanted.test(path) })
}
