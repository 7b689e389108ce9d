import { pathToFileURL } from 'node:url'
import test from 'ava'

const setup = await import(pathToFileURL('pipelines/setup/setup.mjs').href)

test('an old Node is refused in a sentence that says what to install', t => {
  for (const version of ['18.20.4', '20.18.9']) {
    const error = t.throws(() => setup.checkNode(version), { message: /needs Node 20\.19 or newer; this is / })
    t.true(error instanceof setup.SetupError)
  }
  for (const version of ['20.19.0', '22.20.0', '24.12.0']) t.notThrows(() => setup.checkNode(version))
})
