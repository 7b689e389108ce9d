import { copyFileSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import test from 'ava'
import { scratchFolder } from '../../earshot.js'

const setup = await import(pathToFileURL('pipelines/setup/setup.mjs').href)

test('an old Node is refused in a sentence that says what to install', t => {
  for (const version of ['18.20.4', '20.18.9']) {
    const error = t.throws(() => setup.checkNode(version), { message: /needs Node 20\.19 or newer; this is / })
    t.true(error instanceof setup.SetupError)
  }
  for (const version of ['20.19.0', '22.20.0', '24.12.0']) t.notThrows(() => setup.checkNode(version))
})

test('an output that is gone is built anew, although the compiler has noted that it wrote it', async t => {
  const project = scratchFolder('to build')
  for (const folder of ['data', 'pipelines/setup']) mkdirSync(join(project, folder), { recursive: true })
  for (const file of ['package.json', 'package-lock.json', 'tsconfig.json', 'pipelines/setup/setup.mjs'])
    copyFileSync(file, join(project, file))
  symlinkSync(resolve('node_modules'), join(project, 'node_modules'))
  for (const name of ['one', 'other']) writeFileSync(join(project, `data/${name}.ts`), `export const ${name} = 1\n`)
  const { build } = await import(pathToFileURL(join(project, 'pipelines/setup/setup.mjs')).href)
  t.is(build(), '')
  rmSync(join(project, 'dist/data/one.js'))
  t.is(build(), '')
  t.true(existsSync(join(project, 'dist/data/one.js')))
})
