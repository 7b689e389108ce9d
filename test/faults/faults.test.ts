/** Some of the faults that `npm run test:faults` injects by the thousand, and what Ctrl-C says when the output is there. */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { type Deed, prepareDeeds } from './deeds.js'
import { canInject, Injector, KINDS } from './injector.js'
import { faultOf, Trials } from './trial.js'

let folder: string
let deeds: Deed[]
const inject = canInject ? test.serial : test.serial.skip

test.before(async () => {
  if (canInject) ({ folder, deeds } = await prepareDeeds())
})

for (const [name, faults] of Object.entries({ merge: 2, embed: 2, train: 1, separate: 1 }))
  inject(`${name} on a disk that fails loses nothing, says it in words, and goes on to the same end`, async t => {
    const deed = deeds.find(one => one.name === name)!
    const trials = new Trials(folder, new Injector())
    const reference = await trials.reference(deed)
    for (let n = 0; n < faults; n++) {
      const { wrong, ...fault } = await trials.one(deed, faultOf(n, KINDS, reference.writes), reference)
      t.deepEqual(wrong, [], JSON.stringify(fault))
    }
  })

inject('asked to end while the baselines are written, embed says that the output is there', async t => {
  const deed = deeds.find(({ name }) => name === 'embed')!
  const place = join(folder, 'asked to end')
  rmSync(place, { recursive: true, force: true })
  mkdirSync(place)
  const words = deed.words(place)
  const below = join(place, 'vectors.baselines')
  const { code, out, error } = await new Injector().run(words, below, deed.environment, { kind: 'terminate', at: 1 })
  t.is(code, 130, error)
  t.regex(out, /Stopped; .*vectors\.arrow is written, its baselines are not/)
  t.true(existsSync(join(place, 'vectors.arrow')))
  t.deepEqual(
    (readdirSync(place, { recursive: true }) as string[]).filter(name => name.endsWith('.part')),
    [],
  )
})
