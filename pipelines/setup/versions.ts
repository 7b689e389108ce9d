/** Versions of what a run's numbers depend on. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { FRONT_END_VERSION } from '../../stages/audio/front-end.js'

const require = createRequire(import.meta.url)

export function versions(): Record<string, string> {
  const ours = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  const tfjs = require('@tensorflow/tfjs-node-gpu/package.json') as { version: string }
  return { earshot: ours.version, node: process.versions.node, tfjs: tfjs.version, 'front-end': FRONT_END_VERSION }
}
