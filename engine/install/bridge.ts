/**
 * The npm package that joins TensorFlow.js to TensorFlow, fetched by npm and unpacked. It is no dependency: its install
 * script, which npm would run wherever Earshot is installed, downloads a TensorFlow of its own and fails without a network.
 */
import { copyFileSync, mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { fetchPackages, type NpmPackage, packCommand, tarballIn } from './npm-package.js'

export const TFJS_VERSION = '4.22.0'
const PACKAGE: NpmPackage = {
  name: '@tensorflow/tfjs-node-gpu',
  version: TFJS_VERSION,
  integrity: 'sha512-p//NN6DGiN4hInUmIkRffaFVMcdTREUMjPyjW04J7OXvB2zBlQimj61eFKSgRrH3f5TnOfKzb0n56he/B6a4bw==',
}

/** In the folder of an engine. */
export const BRIDGE = 'tfjs-node.tgz'

/**
 * Puts the package as `tfjs-node.tgz` into a folder.
 *
 * @param from folder that holds it as npm names it, instead of the registry
 * @throws Problem `no-package` if npm cannot get it, or its bytes are others
 */
export async function fetchBridge(folder: string, from?: string): Promise<void> {
  const hint = `Without a network, run elsewhere  ${packCommand([PACKAGE], 'wheels')}\nput TensorFlow's wheel beside it, and here ./earshot engine install --from wheels`
  if (from === undefined) await fetchPackages([PACKAGE], folder, hint)
  const found = tarballIn(from ?? folder, PACKAGE)
  if (from === undefined) renameSync(found, join(folder, BRIDGE))
  else copyFileSync(found, join(folder, BRIDGE))
}

/** Its JavaScript (`dist`) and its C++ (`binding`), from an engine's folder into another. */
export async function unpackBridge(engine: string, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const { extract } = await import('tar')
  const wanted = /^package\/(package\.json|dist\/|binding\/)/
  await extract({ file: join(engine, BRIDGE), cwd: folder, strip: 1, filter: path => wanted.test(path) })
}
