import util from 'node:util'
import test from 'ava'
import '../../engine/node-compatibility.js'

test('the two functions that newer Node lacks are there and right', t => {
  const { isNullOrUndefined, isArray } = util as unknown as Record<string, (value: unknown) => boolean>
  t.deepEqual([null, undefined, 0, '', []].map(isNullOrUndefined!), [true, true, false, false, false])
  t.deepEqual([[], [1], null, {}].map(isArray!), [true, true, false, false])
})
