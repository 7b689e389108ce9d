/** Versions of what a run's numbers depend on. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { FRONT_END_VERSION } from '../../stages/audio/front-end-version.js'

const require = createRequire(import.meta.url)

/** Earshot's own. */
export function ownVersion(): string {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

export function versions(): Record<string, string> {
  const tfjs = require('@tensorflow/tfjs/package.json') as { version: string }
  return { earshot: ownVersion(), node: process.versions.node, tfjs: tfjs.version, 'front-end': FRONT_END_VERSION }
}
