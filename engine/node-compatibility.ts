/**
 * Supplies what tfjs-node 4.22 calls and Node 23 took away (Node 22 warns of it): `util.isNullOrUndefined` and
 * `util.isArray`. Import this before tfjs-node.
 */
import util from 'node:util'

const tests = {
  isNullOrUndefined: (value: unknown) => value === null || value === undefined,
  isArray: (value: unknown) => Array.isArray(value),
}

for (const [name, value] of Object.entries(tests)) {
  Object.defineProperty(util, name, { value, configurable: true, writable: true })
}
