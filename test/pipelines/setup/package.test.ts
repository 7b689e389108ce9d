/**
 * Earshot as somebody gets it from npm: packed, put into another project, used there. Here the packages that it needs are
 * links to this checkout's; `npm run test:package` has npm install the tarball for good (a minute, and the network).
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import test from 'ava'
import { extract } from 'tar'
import { readEmbeddings } from '../../../pipelines/index.js'
import { smallConfig } from '../../small-config.js'

const FOR_GOOD = process.env.EARSHOT_PACKAGE === 'install'

const { folder, sounds } = smallConfig('package', { steps: 1, every: 1 })
const project = join(folder, 'project')

function run(program: string, words: readonly string[], cwd = project) {
  const { status, stdout, stderr } = spawnSync(program, words, { cwd, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} ${words.join(' ')} ended with ${status}:\n${stdout}${stderr}`)
  return { out: stdout, error: stderr }
}

const USE = `
import { embed, readEmbeddings, similar, train, type Similar } from 'earshot'

const [sounds = ''] = process.argv.slice(2)
const edits = ['train.steps=1', 'train.calibration=2', 'nodes.batch.size=8', \`data.set=\${JSON.stringify(sounds)}\`]
const { step } = await train('quickstart', { run: 'runs/api', edits: edits.map(set => ({ set })) })
await embed('runs/api', sounds, { output: 'api.arrow' })
const { rows, dimensions, clips } = await readEmbeddings('api.arrow')
const near: Similar[] = await similar('api.arrow', clips[0]!, { count: 3 })
console.log(JSON.stringify({ step, rows, dimensions, near: near.map(({ similarity }) => similarity > 0) }))
`

test.serial('what is packed is what is run: built code, configs, no tests', t => {
  mkdirSync(project)
  const { out } = run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], '.')
  const [{ files }] = JSON.parse(out) as [{ files: { path: string }[] }]
  const names = files.map(({ path }) => path)
  for (const name of [
    'earshot',
    'dist/pipelines/index.js',
    'dist/pipelines/index.d.ts',
    'configs/quickstart.yaml',
    'pipelines/exchange/export/python/earshot_encoder.py',
  ])
    t.true(names.includes(name), name)
  const ofPages = readdirSync('pipelines', { recursive: true, encoding: 'utf8' }).filter(name =>
    /browser\/.*\./.test(name),
  )
  t.deepEqual(
    ofPages.filter(name => !names.includes(`pipelines/${name}`)),
    [],
    'modules of pages',
  )
  t.deepEqual(
    names.filter(name => /(^|\/)(test|bench|node_modules)\/|\.map$|(?<!\.d)\.ts$|\.(png|svg)$/.test(name)),
    [],
  )
})

test.serial('it is installed beside other packages', async t => {
  const tarball = join(folder, readdirSync(folder).find(name => name.endsWith('.tgz'))!)
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'theirs', type: 'module', private: true }))
  if (FOR_GOOD) run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', tarball])
  else await linked(tarball)
  t.regex(run(process.execPath, ['node_modules/earshot/earshot', '--version']).out, /^\d+\.\d+\.\d+\n$/)
})

async function linked(tarball: string): Promise<void> {
  const here = join(project, 'node_modules')
  mkdirSync(join(here, 'earshot'), { recursive: true })
  await extract({ file: tarball, cwd: join(here, 'earshot'), strip: 1 })
  const needed = ['@tensorflow', ...Object.keys(JSON.parse(readFileSync('package.json', 'utf8')).dependencies)]
  for (const name of new Set(needed.map(name => name.split('/')[0]!)))
    symlinkSync(resolve('node_modules', name), join(here, name))
}

test.serial('its types hold without skipLibCheck', t => {
  writeFileSync(join(project, 'use.ts'), USE)
  const options = { strict: true, target: 'es2022', module: 'nodenext', noUncheckedIndexedAccess: true }
  const compilerOptions = { ...options, types: ['node'], typeRoots: [resolve('node_modules/@types')] }
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['use.ts'] }))
  t.notThrows(() => run(process.execPath, [resolve('node_modules/typescript/bin/tsc'), '-p', '.']))
})

test.serial('configs go by name, the first use sets the engine up in one line, the functions do what they say', t => {
  const { out, error } = run(process.execPath, ['use.js', sounds])
  t.deepEqual(JSON.parse(out), { step: 1, rows: 24, dimensions: 1152, near: [true, true, true] })
  t.deepEqual(error.match(/^.*TensorFlow.*$/gm), ['TensorFlow 2.18.1 (tensorflow-cpu) taken from the cache'])
})

test.serial('the command names itself as it is called there', t => {
  const { stderr } = spawnSync(process.execPath, ['node_modules/earshot/earshot', 'train'], {
    cwd: project,
    encoding: 'utf8',
  })
  t.regex(stderr, /There is no config to train\.\n.*npx earshot train configs\/quickstart\.yaml/)
})

test.serial('an encoder that ships goes by the name pretrained, and is the one that was exported', async t => {
  const earshot = (...words: string[]) => run(process.execPath, ['node_modules/earshot/earshot', ...words])
  earshot('export', 'runs/api', '-o', 'node_modules/earshot/pretrained', '--as', 'earshot')
  const card = readFileSync(join(project, 'node_modules/earshot/pretrained/README.md'), 'utf8')
  t.regex(card, /embed earshot my-sounds/)
  t.regex(card, /## Trained on\nConfig quickstart, 1 steps/)
  earshot('embed', 'pretrained', sounds, '-o', 'pretrained.arrow')
  const [one, other] = await Promise.all(
    ['api.arrow', 'pretrained.arrow'].map(name => readEmbeddings(join(project, name))),
  )
  t.deepEqual(other!.embedding, one!.embedding)
})
